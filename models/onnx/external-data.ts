// Reads and checks weights that are in other files beside the model.
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { messageOf, UserError } from '../errors.ts';
import { type OutsideFile, readOutside } from './external-tensor.ts';
import type { TensorProto } from './types.ts';

/** Bytes that one call reads at most: Node reads no more than 2^31 - 1 at once. */
const PIECE = 2 ** 30;

interface OpenFile extends OutsideFile {
  readonly descriptor: number;
}

export interface ExternalData {
  /**
   * A tensor with its elements, which are in another file, in `raw_data`.
   * @throws UserError when that file is missing or too short, is outside the folder, or the tensor's shape asks for
   * another number of bytes; before anything of that size is allocated.
   */
  read(tensor: TensorProto): TensorProto;
  close(): void;
}

/**
 * Opens the files that the weights of a model are in, each when it is first asked for.
 * Reference: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 * @param path - Of the model: locations are relative to its folder, and what they lead to is in that folder, or beside what
 * the model itself is a link to, as in the cache of the Hugging Face Hub.
 */
export function openExternalData(path: string): ExternalData {
  const folder = dirname(path);
  const refuse = (tensor: string, location: string) => {
    throw new UserError(
      `weight ${tensor} is outside the folder of the model: ${JSON.stringify(location)}. Keep both files together.`,
    );
  };
  const files = new Map<string, OpenFile>();
  const open = (tensor: string, location: string) => {
    const known = files.get(location);
    if (known !== undefined) return known;
    if (isAbsolute(location) || /^[A-Za-z]:/.test(location) || location.split(/[\\/]/).includes('..'))
      refuse(tensor, location);
    if (leadsOut(path, join(folder, location))) refuse(tensor, location);
    const opened = openFile(join(folder, location), location, tensor);
    files.set(location, opened);
    return opened;
  };
  return {
    read: (tensor) => readOutside(tensor, open),
    close() {
      for (const { descriptor } of files.values()) closeSync(descriptor);
    },
  };
}

/** Whether a file is, behind links, neither in the folder of the model nor beside what the model is a link to. */
function leadsOut(model: string, path: string): boolean {
  const real = realPath(path);
  if (real === undefined) return false; // it is not there, which is said where it is opened
  const homes = [realPath(dirname(model)), dirnameOf(realPath(model))];
  return !homes.some((home) => home !== undefined && isInside(home, real));
}

function isInside(home: string, path: string): boolean {
  const way = relative(home, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function dirnameOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : dirname(path);
}

/** A path without links; undefined where nothing is there. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function openFile(path: string, location: string, tensor: string): OpenFile {
  try {
    // Opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) throw new Error('it is not a file');
    const descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    return { descriptor, size, read: (offset, length) => readFrom(descriptor, location, offset, length) };
  } catch (error) {
    throw new UserError(
      `weight ${tensor} is in ${path}, which cannot be read: ${messageOf(error)}. Keep both files together.`,
    );
  }
}

function readFrom(descriptor: number, location: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const read = readSync(descriptor, bytes, at, Math.min(PIECE, length - at), offset + at);
    if (read === 0) throw new UserError(`${location} became shorter while it was read.`);
    at += read;
  }
  return bytes;
}
