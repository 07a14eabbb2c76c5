// Where sharp's libvips lies.
import { createRequire } from 'node:module';

/** @returns undefined where sharp brings no library of its own. */
export function findLibvips(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    return resolve(`@img/sharp-libvips-${process.platform}-${process.arch}/binary`);
  } catch {
    return undefined;
  }
}
