// Makes the page work offline: registers the service worker once the page has loaded what it needs.

/** Milliseconds after which the worker is registered even if the page is busy. */
const patience = 3000;

/**
 * Registers the service worker when the page has time: it fetches and writes as much as the page itself did.
 * Calling it again is harmless. In development it is not registered: it would serve old files in spite of the hot reload.
 */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || navigator.serviceWorker.controller) return;
  if ('requestIdleCallback' in globalThis) requestIdleCallback(register, { timeout: patience });
  else setTimeout(register, patience); // Safari
}

function register(): void {
  navigator.serviceWorker.register(new URL('sw.js', document.baseURI)).catch(() => {
    // The page is not a secure context, or the browser may not store anything: the page works without it.
  });
}
