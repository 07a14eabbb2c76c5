// Reads what a program gives as a picture or as a model file: a path, an address, bytes, a Blob, pixels.
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../models/errors.ts';
import { fetchAgain } from '../../models/fetch-again.ts';
import { checkPicture, MOST_FILE_BYTES, type Picture } from '../../models/image/picture.ts';
import { PictureError } from '../../models/model-error.ts';
import { systemReason } from '../../models/system-reason.ts';
import type { RawPicture } from '../engine/picture-states.ts';
import type { PictureSource } from './types.ts';

/** What a place holds, or why it could not be read: in words that name the place. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** The path of a file, or an address that is fetched. */
export type Place = { readonly path: string } | { readonly url: string };

/** @throws TypeError for an address that is none. */
export function placeOf(source: string | URL): Place {
  if (source instanceof URL || /^(https?|file|data):/i.test(source)) {
    if (!URL.canParse(source)) throw new TypeError(`received "${source}", expected an address or a path`);
    const url = new URL(source);
    return url.protocol === 'file:' ? { path: fileURLToPath(url) } : { url: url.href };
  }
  return { path: source };
}

/**
 * Reads a picture.
 *
 * @throws PictureError when it cannot be read, is larger than 200 MB, or pixels are not as many as their size says;
 * TypeError when it is nothing that can be a picture.
 */
export async function readPictureSource(source: PictureSource, signal?: AbortSignal): Promise<RawPicture> {
  try {
    if (isPicture(source)) {
      checkPicture(source);
      // An object's getters, as those of a class, would not come to the worker.
      const { data, width, height, channels } = source;
      return { kind: 'picture', picture: { data, width, height, channels } };
    }
    return { kind: 'encoded', bytes: await readBytes(source, 'a picture', MOST_FILE_BYTES, signal) };
  } catch (error) {
    if (error instanceof Unreadable || error instanceof RangeError)
      throw new PictureError(error.message, { cause: error });
    throw error;
  }
}

function isPicture(source: PictureSource): source is Picture {
  return typeof source === 'object' && source !== null && 'channels' in source;
}

/**
 * The bytes of a file, an address or a Blob. Bytes that are given are not copied.
 *
 * @param what - is expected, such as `a picture`.
 * @param most - bytes.
 * @throws Unreadable; TypeError when it is none of these.
 */
export async function readBytes(
  source: string | URL | Uint8Array | ArrayBuffer | Blob,
  what: string,
  most = Number.POSITIVE_INFINITY,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (typeof source === 'string' || source instanceof URL) {
    const place = placeOf(source);
    return 'path' in place ? readPath(place.path, most, signal) : fetchBytes(place.url, what, most, signal);
  }
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (source instanceof Uint8Array)
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const kinds = what === 'a picture' ? 'a Blob, or pixels {data, width, height, channels}' : 'or a Blob';
  throw new TypeError(
    `received ${described(source)}, expected ${what}: a path, an address, the bytes of a file, ${kinds}`,
  );
}

function described(value: unknown): string {
  return typeof value === 'object' && value !== null ? `an object ${value.constructor?.name}` : String(value);
}

/**
 * Bytes of a file.
 *
 * @throws Unreadable for a pipe or a device: its reader would wait for ever, which no signal ends, or fill the memory; the
 * operating system's error otherwise.
 */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isFile() || found.isDirectory()) return found.size;
  throw new Unreadable(`${path} cannot be read: it is a pipe or a device, expected a file`);
}

async function readPath(path: string, most: number, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    const size = await sizeOf(path);
    if (size > most)
      throw new Unreadable(`${path} has ${size} bytes, more than the ${most} that a picture may have`);
    return new Uint8Array(await readFile(path, { signal }));
  } catch (error) {
    signal?.throwIfAborted();
    const reason = systemReason(error);
    throw reason === undefined
      ? error
      : new Unreadable(`${path} cannot be read: ${reason}`, { cause: error });
  }
}

async function fetchBytes(
  url: string,
  what: string,
  most: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const shown = url.length > 200 ? `${url.slice(0, 200)}…` : url;
  const tooLarge = () => new Unreadable(`${shown} has more than the ${most} bytes that ${what} may have`);
  // It is decoded whole before any of it comes: of base64, four characters are three bytes.
  if (/^data:/i.test(url) && (url.length * 3) / 4 > most) throw tooLarge();
  try {
    const response = await fetchAgain(url, { signal: signal ?? null });
    if (!response.ok || response.body === null)
      throw new Unreadable(
        `${shown} answered ${response.status} ${response.statusText}, expected ${what}`.replace(/ ,/, ','),
      );
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > most) throw tooLarge();
      chunks.push(chunk);
    }
    const { buffer, byteOffset, byteLength } = Buffer.concat(chunks);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Unreadable) throw error;
    const { cause } = error instanceof Error ? error : {};
    throw new Unreadable(
      `${shown} cannot be fetched: ${messageOf(error)}${cause === undefined ? '' : `: ${messageOf(cause)}`}`,
      { cause: error },
    );
  }
}
