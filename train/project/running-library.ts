// The code that runs, for the modules that it loads: what they import as `trainyard/train` is this copy and no other, with
// one TensorFlow and one set of lists, also where another copy of the package lies beside them.
import { isMainThread } from 'node:worker_threads';
import { importEntry, importRunning, moduleBeside } from '../../setup/modules/module.mjs';

/** Where bundled modules look for it: in `globalThis`, under this symbol, since they are files of their own. */
export const TRAINYARD = 'trainyard/train';

/** Lets modules that are loaded from now on have it. Their errors name lines of the sources, by the maps at their ends. */
export async function offerLibrary(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const key = Symbol.for(TRAINYARD);
  if (Reflect.has(globalThis, key)) return;
  // By its address: it has everything, this file among it.
  const { href } = moduleBeside('../../public/train', import.meta.url);
  const library: unknown = await (isMainThread ? importRunning(href) : importEntry(href));
  Reflect.set(globalThis, key, library);
}
