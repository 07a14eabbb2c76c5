// Loads a library without what it prints on standard error while it does.
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const STDERR = 2;

/** Descriptors of the C library: a copy is the same open file, with the same place in it. */
interface Descriptors {
  dup(descriptor: number): number;
  dup2(from: number, to: number): number;
}

/**
 * Runs `load` with standard error going nowhere. TensorFlow's library prints a greeting of two lines from its static
 * initializers, before any setting of its own is read, so the file descriptor is the only place to stop it.
 * Where there is no standard error, or no such function, `load` runs as it is.
 */
export function quietly<T>(load: () => T): T {
  const descriptors = findDescriptors();
  const saved = descriptors?.dup(STDERR) ?? -1;
  if (descriptors === undefined || saved < 0) return load();
  try {
    const nowhere = openSync('/dev/null', 'w');
    descriptors.dup2(nowhere, STDERR);
    closeSync(nowhere);
    return load();
  } finally {
    descriptors.dup2(saved, STDERR);
    closeSync(saved);
  }
}

function findDescriptors(): Descriptors | undefined {
  try {
    const process = koffi.load(null);
    return { dup: process.func('int dup(int descriptor)'), dup2: process.func('int dup2(int from, int to)') };
  } catch {
    return undefined;
  }
}
