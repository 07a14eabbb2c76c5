// Keeps the page for when there is no network: registers the service worker once the page has what it needs.

/** Milliseconds after which it is done even though the page has much to do. */
const patience = 3000;

/**
 * Registers the service worker when the page has time: it fetches and writes as much as the page itself did.
 * Calling it again is harmless. In development there is none: it would hold old files against the hot reload.
 */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || navigator.serviceWorker.controller) return;
  if ('requestIdleCallback' in globalThis) requestIdleCallback(register, { timeout: patience });
  else setTimeout(register, patience); // Safari
}

function register(): void {
  navigator.serviceWorker.register(new URL('sw.js', document.baseURI)).catch(() => {
    // A page that is not a secure context, or a browser told not to keep anything: the page works without.
  });
}
