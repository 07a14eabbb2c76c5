// The service worker: caches the page's files, so that the page works offline after the first visit.
/// <reference lib="webworker" />

/** Files of this build that every visit needs; build/precache.ts fills them in, as JSON. */
const files: readonly string[] = JSON.parse(PAGE_FILES);

/** A cache for each build; older ones are deleted when this one takes over. */
const cacheName = `trainyard-page-${PAGE_BUILD}`;
const prefix = 'trainyard-page-';

/** TypeScript's types of the DOM do not know that `self` is a service worker's global object. */
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      // Files that the visit has just fetched come from the browser's HTTP cache.
      await cache.addAll(files.map((file) => new URL(file, worker.registration.scope).href));
      await keepList(cache);
      await worker.skipWaiting();
    })(),
  );
});

/**
 * Caches the list of models: the first visit fetched it before this worker was installed. The order is that of
 * page/models/catalog.ts.
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
  event.respondWith(isImmutable(request.url) ? cacheFirst(request) : networkFirst(request));
});

/** The content of an address with a hash never changes: build files and models. */
function isImmutable(url: string): boolean {
  return /\/assets\/|[?&]sha256=/.test(url);
}

async function cacheFirst(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? networkFirst(request);
}

async function networkFirst(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok && request.method === 'GET' && !isModel(request.url)) {
      const cache = await caches.open(cacheName);
      await cache.put(request, response.clone()).catch(() => {}); // no room to cache it: the answer is returned all the same
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

/** Models with a digest are cached by the page's worker, the others here. */
function isModel(url: string): boolean {
  return /[?&]sha256=/.test(url);
}
