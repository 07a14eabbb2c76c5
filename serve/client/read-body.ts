// Reads what is sent: bytes as they are, an address by fetch, and in Node a path.
import { messageOf } from '../../models/errors.ts';
import { PictureError } from '../../models/model-error.ts';
import { systemReason } from '../../models/system-reason.ts';
import type { PictureSource } from './types.ts';

/** @throws PictureError when it cannot be read; TypeError when it is nothing that can be a picture. */
export async function readBody(source: PictureSource, signal: AbortSignal | undefined): Promise<Blob> {
  if (source instanceof Blob) return source;
  if (source instanceof Uint8Array) return new Blob([Uint8Array.from(source)]);
  if (source instanceof ArrayBuffer) return new Blob([source]);
  if (typeof source !== 'string' && !(source instanceof URL))
    throw new TypeError(
      `received ${typeof source}, expected a picture: an address, a path, the bytes of a file, or a Blob`,
    );
  try {
    return await readPlace(source, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PictureError) throw error;
    throw new PictureError(`${shown(source)} cannot be read: ${systemReason(error) ?? messageOf(error)}`, {
      cause: error,
    });
  }
}

async function readPlace(source: string | URL, signal: AbortSignal | undefined): Promise<Blob> {
  const files = globalThis.process?.getBuiltinModule?.('node:fs');
  const isAddress =
    source instanceof URL ? source.protocol !== 'file:' : /^(https?|data|blob):/i.test(source);
  if (files !== undefined && !isAddress) {
    const path = pathOf(source);
    // Opening a pipe would hold up the whole process, and a folder is noticed only when it is sent.
    if (!(await files.promises.stat(path)).isFile())
      throw new PictureError(`${shown(source)} cannot be read: it is a folder, a pipe or a device`);
    return files.openAsBlob(path);
  }
  const response = await fetch(source, { signal: signal ?? null });
  if (!response.ok)
    throw new PictureError(`${shown(source)} answered ${response.status}, expected a picture`);
  return response.blob();
}

function pathOf(source: string | URL): string | URL {
  return typeof source === 'string' && /^file:/i.test(source) ? new URL(source) : source;
}

function shown(source: string | URL): string {
  const text = String(source);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
