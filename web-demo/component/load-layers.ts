// Loads what looks inside of a model: it reads and writes whole graphs, which a worker that classifies does not need.
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';
import type { openInside } from './layers.ts';

declare global {
  /** What layers-script.ts gives to the worker that loads it. */
  var trainyardOpenInside: typeof openInside | undefined;
}

/**
 * Loads the script into this worker, where it is not loaded yet.
 *
 * @param script - its address; it may be of another host.
 * @throws ModelError when it does not come, or is another script.
 */
export function loadLayers(script: string): typeof openInside {
  if (globalThis.trainyardOpenInside === undefined) load(script);
  const { trainyardOpenInside: open } = globalThis;
  if (open === undefined) throw missing(script, 'it is another script');
  return open;
}

function load(script: string): void {
  try {
    importScripts(script);
  } catch (error) {
    throw missing(script, messageOf(error));
  }
}

/** The page adds what to do: in the worker these words would be twice. */
function missing(script: string, why: string): ModelError {
  return new ModelError('fetch', `The script that looks inside of a model did not load: ${script}: ${why}`);
}
