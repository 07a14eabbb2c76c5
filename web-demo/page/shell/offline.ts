// Keeps the page for when there is no network: registers the service worker once the page has what it needs.

/** In development there is none: it would hold old files against the hot reload. */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(new URL('sw.js', document.baseURI)).catch(() => {
    // A page that is not a secure context, or a browser told not to keep anything: the page works without.
  });
}
