// The service worker: after the first visit the page works without a network, or with one that fails. It answers for the
// page and its files, and for nothing else of this host.
/// <reference lib="webworker" />

/** Files of this build that every visit needs; build/precache.ts fills them in, as JSON. */
const files: readonly string[] = JSON.parse(PAGE_FILES);

/**
 * A cache for each build. It is complete before this worker takes over, which it does when no page of the build before is
 * open any more: so a page always finds the files of its own build, and then the older caches are of no use.
 */
const cacheName = `trainyard-page-${PAGE_BUILD}`;
const prefix = 'trainyard-page-';

/** Lists of models, models without a digest, test pictures: the newest that the network gave. */
const dataName = `${prefix}data`;

/** Milliseconds after which a network counts as failed where there is something kept. */
const patience = 3000;

/** TypeScript's types of the DOM do not know that `self` is a service worker's global object. */
const worker = self as unknown as ServiceWorkerGlobalScope;
const scope = worker.registration.scope;
const page = new URL('./', scope).href;
const own: ReadonlySet<string> = new Set(files.map((file) => new URL(file, scope).href));
/** The documents among them. */
const pages = [...own].filter((url) => url === page || url.endsWith('.html'));

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      for (const url of pages) await cache.put(url, await fetchPage(url));
      // Their names have hashes: what the visit has just fetched comes from the browser's HTTP cache.
      await cache.addAll([...own].filter((url) => !pages.includes(url)));
      await keepData();
    })(),
  );
});

/**
 * A page of this build, past the HTTP cache, which may still have the page before.
 *
 * @throws Error when it is of another build: what it would fetch is not in this cache. The next visit tries again.
 */
async function fetchPage(url: string): Promise<Response> {
  const response = await fetch(url, { cache: 'reload' });
  const text = await response.text();
  const named = [...text.matchAll(/<(?:script|link)\b[^>]*?\s(?:src|href)="([^"]+)"/g)];
  const missing = named.map(([, path = '']) => new URL(path, url).href).filter((file) => !own.has(file));
  if (!response.ok || missing.length > 0)
    throw new Error(`${url} answered ${response.status}, and names files of another build: ${missing}`);
  // Made anew: a response that was redirected is refused for a page.
  return new Response(text, { headers: response.headers });
}

/**
 * Keeps the list of models, and that there is none under another name: the first visit asked before this worker was
 * installed. The order is that of page/models/catalog.ts.
 */
async function keepData(): Promise<void> {
  for (const name of ['models', 'models.json', 'model.onnx']) {
    const request = new Request(new URL(name, scope));
    const response = await fetch(request).catch(() => undefined);
    if (!response) continue;
    await keep(request, response.clone());
    if (response.ok && !/html/.test(response.headers.get('content-type') ?? '')) return;
  }
}

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter(
        (name) => name.startsWith(prefix) && name !== cacheName && name !== dataName,
      );
      await Promise.all(old.map((name) => caches.delete(name)));
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const [address = ''] = request.url.split('#');
  const [path = ''] = address.split('?');
  if (request.method !== 'GET' && request.method !== 'HEAD') return;
  if (request.mode === 'navigate') {
    // Who may show it in a frame is said by the headers of this address alone.
    if (new URL(request.url).searchParams.has('embed')) return;
    const key = path === `${page}index.html` ? page : path;
    if (pages.includes(key)) event.respondWith(fresh(request, cacheName, key));
  } else if (own.has(address)) event.respondWith(kept(request));
  else if (isData(path, address)) event.respondWith(freshData(request));
});

/** Models with a digest are kept by the page's worker (component/keep.ts). */
function isData(path: string, address: string): boolean {
  if (!path.startsWith(page) || /[?&]sha256=/.test(address)) return false;
  const name = path.slice(page.length);
  return name === 'models' || name === 'models.json' || /^test-pictures\/|\.onnx$/.test(name);
}

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(request.url)) ?? fetch(request);
}

async function freshData(request: Request): Promise<Response> {
  const response = await fresh(request, dataName, request.url);
  if (request.method === 'GET') await keep(request, response.clone());
  return response;
}

/** Keeps an answer, also that there is nothing, unless its server forbids it, or there is no room. */
async function keep(request: Request, response: Response): Promise<void> {
  if (!response.ok && response.status !== 404) return;
  if (/no-store/.test(response.headers.get('cache-control') ?? '')) return;
  const cache = await caches.open(dataName);
  await cache.put(request, response).catch(() => {});
}

/** The network's answer; what is kept, where there is something, when the network fails, hangs, or a gateway answers for it. */
async function fresh(request: Request, name: string, key: string): Promise<Response> {
  const cache = await caches.open(name);
  const before = await cache.match(key, { ignoreMethod: true, ignoreVary: true });
  if (!before) return fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(before), patience));
  const response = await Promise.race([fetch(request).catch(() => before), late]);
  return response.status >= 500 ? before : response;
}
