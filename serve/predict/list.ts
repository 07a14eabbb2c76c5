// Pictures that a list names, one path a line: relative ones begin at the list's folder.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../../models/errors.ts';
import { systemReason } from '../../models/system-reason.ts';
import type { FoundPicture, PictureSource } from './files.ts';
import { linesOf } from './lines.ts';

/** The name of standard input. */
export const STANDARD_INPUT = '-';

/**
 * The pictures of a list. Nothing is looked at: a file that is not there is found out when it is read. Each has the name that
 * the list has, wherever the list is; lines without one are left out.
 *
 * @param path - of the list, which is read anew each time; `-` is standard input, which is kept in memory.
 * @throws UserError when it cannot be read.
 */
export async function openList(path: string): Promise<PictureSource> {
  if (path === STANDARD_INPUT) {
    const bytes = await buffer(process.stdin);
    return () => listed(piecesOf(bytes), '.');
  }
  const problem = await stat(path).then(
    (found) => (found.isDirectory() ? 'it is a folder' : undefined),
    (error: unknown) => systemReason(error) ?? String(error),
  );
  if (problem !== undefined)
    throw new UserError(
      `The list ${path} cannot be read: ${problem}. Expected a file with one path a line, or - for standard input.`,
    );
  return () => listed(createReadStream(path), dirname(path));
}

async function* listed(stream: AsyncIterable<Uint8Array>, folder: string): AsyncGenerator<FoundPicture> {
  for await (const { text } of linesOf(stream)) {
    const path = text.replace(/^\ufeff|\r$/g, '');
    if (path.trim() !== '') yield { path, at: resolve(folder, path), name: path };
  }
}

/** Bytes that are made text of at a time. */
const PIECE = 1024 * 1024;

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
