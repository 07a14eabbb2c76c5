// Loads what looks inside of a model, and explains its answers, which a worker that classifies does not need: it reads and
// writes whole graphs.
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';
import type { explainInput } from './explain.ts';
import type { openInside } from './layers.ts';

export interface InsideScript {
  readonly openInside: typeof openInside;
  readonly explainInput: typeof explainInput;
}

declare global {
  /** What layers-script.ts gives to the worker that loads it. */
  var trainyardInside: InsideScript | undefined;
}

/**
 * Loads the script into this worker, where it is not loaded yet.
 *
 * @param script - its address; it may be of another host.
 * @throws ModelError when it does not come, or is another script.
 */
export function loadLayers(script: string): InsideScript {
  if (globalThis.trainyardInside === undefined) load(script);
  const { trainyardInside: inside } = globalThis;
  if (inside === undefined) throw missing(script, 'it is another script');
  return inside;
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
