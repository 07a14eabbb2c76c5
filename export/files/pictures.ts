// The pictures of a folder as inputs of a model, prepared by the rule in its card as the server prepares them.
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Card } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { decodableInWords, isNamedAsPicture } from '../../models/image/file/format.ts';
import type { Picture } from '../../models/image/picture.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { decode, readPicture } from '../../train/datasets/folder/decode.ts';

export interface FolderPictures {
  /** Paths within the folder. */
  readonly names: readonly string[];
  /** uint8 `[N,H,W,C]`. */
  readonly images: Uint8Array;
}

/**
 * Reads every picture of a folder and the folders in it, in the order of their names.
 * @param most - So many are read at most, the first ones.
 * @throws UserError when there is none, or one cannot be read; it names the file.
 */
export async function readFolderPictures(
  folder: string,
  { shape, prepare: rule }: Pick<Card['input'], 'shape' | 'prepare'>,
  most = Number.POSITIVE_INFINITY,
): Promise<FolderPictures> {
  const names = listPictures(folder).slice(0, most);
  if (names.length === 0) throw new UserError(`${folder} holds no ${decodableInWords} files.`);
  const parts: Uint8Array[] = [];
  for (const name of names) parts.push(preparePicture(await readOne(join(folder, name)), shape, rule));
  return { names, images: Buffer.concat(parts) };
}

function listPictures(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && isNamedAsPicture(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
  } catch (error) {
    throw new UserError(`${folder} is no folder of pictures: ${messageOf(error)}.`);
  }
}

async function readOne(path: string): Promise<Picture> {
  try {
    return (await decode(path, await readPicture(path, statSync(path).size))).picture;
  } catch (error) {
    throw new UserError(`${path} cannot be used: ${messageOf(error).replace(/\.$/, '')}.`, { cause: error });
  }
}
