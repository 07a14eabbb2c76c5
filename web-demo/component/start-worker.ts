// Starts the worker, wherever its script is.

/**
 * Starts a script that imports nothing, also from another host (a CDN), where browsers refuse the script itself: then a
 * script of this page's own loads it.
 */
export function startWorker(script: URL): Worker {
  const options = { name: 'trainyard' };
  if (script.origin === location.origin) return new Worker(script, options);
  const code = `importScripts(${JSON.stringify(script.href)})`;
  const own = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(own, options);
  worker.addEventListener('message', () => URL.revokeObjectURL(own), { once: true });
  return worker;
}
