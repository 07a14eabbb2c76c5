// The service worker: keeps the page's files, so that it works with the network off after the first visit.
/// <reference lib="webworker" />

/** Files of this build that every visit needs; build/precache.ts fills them in, as JSON. */
const files: readonly string[] = JSON.parse(PAGE_FILES);

/** A cache for each build; older ones are deleted when this one takes over. */
const cacheName = `trainyard-page-${PAGE_BUILD}`;
const prefix = 'trainyard-page-';

/** The border with the types of the DOM, which know a service worker's global object only by this name. */
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      // What the visit has just fetched comes from the browser's own cache.
      await cache.addAll(files.map((file) => new URL(file, worker.registration.scope).href));
      await keepList(cache);
      await worker.skipWaiting();
    })(),
  );
});

/**
 * Keeps what says which models there are: the first visit asked for it before this worker was there. The order is that
 * of page/models/catalog.ts.
 */
async function keepList(cache: Cache): Promise<void> {
  for (const name of ['models', 'models.json', 'model.onnx']) {
    const url = new URL(name, worker.registration.scope);
    const response = await fetch(url).catch(() => undefined);
    if (!response?.ok || /html/.test(response.headers.get('content-type') ?? '')) continue;
    await cache.put(url, response);
    return;
  }
}

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
      await Promise.all(old.map((name) => caches.delete(name)));
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === worker.location.origin;
  if (!own || (request.method !== 'GET' && request.method !== 'HEAD')) return;
  event.respondWith(namesContent(request.url) ? keptFirst(request) : networkFirst(request));
});

/** Addresses with a hash never change what they name: build files and models. */
function namesContent(url: string): boolean {
  return /\/assets\/|[?&]sha256=/.test(url);
}

async function keptFirst(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? networkFirst(request);
}

async function networkFirst(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok && request.method === 'GET' && !isModel(request.url)) {
      const cache = await caches.open(cacheName);
      await cache.put(request, response.clone()).catch(() => {}); // no room: the answer is what matters
    }
    return response;
  } catch (error) {
    const kept = await caches.match(request, {
      ignoreMethod: true,
      ignoreSearch: request.mode === 'navigate',
    });
    if (kept) return kept;
    throw error;
  }
}

/** Models with a digest are kept by it, by the page's worker; the others here. */
function isModel(url: string): boolean {
  return /[?&]sha256=/.test(url);
}
