// Loads a library without what it prints on standard error while it does.
import { closeSync, openSync } from 'node:fs';

const STDERR = 2;

/**
 * Runs `load` with standard error going nowhere. TensorFlow's library prints a greeting of two lines from its static
 * initializers, before any setting of its own is read, so the file descriptor is the only place to stop it.
 * Where the descriptor cannot be opened again (a socket, another system than Linux) `load` runs as it is.
 */
export function quietly<T>(load: () => T): T {
  let saved: number;
  try {
    saved = openSync(`/proc/self/fd/${STDERR}`, 'a');
  } catch {
    return load();
  }
  try {
    replace(STDERR, '/dev/null');
    return load();
  } finally {
    replace(STDERR, `/proc/self/fd/${saved}`);
    closeSync(saved);
  }
}

/** A newly opened file gets the lowest free descriptor, which is the one just closed. */
function replace(descriptor: number, path: string): void {
  closeSync(descriptor);
  openSync(path, 'a');
}
