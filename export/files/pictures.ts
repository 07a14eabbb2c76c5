// The pictures of a folder as inputs of a model, prepared by the rule in its card as the server prepares them.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { decodableInWords } from '../../models/image/file/format.ts';
import { isOtherFile } from '../../models/image/file/names.ts';
import type { Picture } from '../../models/image/picture.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { decode, readPicture } from '../../train/datasets/folder/decode.ts';
import { listFiles } from '../../train/datasets/folder/list-files.ts';

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

/** All files whose names do not say that they are no pictures, as training takes them. */
function listPictures(folder: string): string[] {
  if (!isFolder(folder)) throw new UserError(`${folder} is no folder of pictures.`);
  const { files, problems } = listFiles(folder);
  const [problem] = problems;
  if (problem !== undefined) throw new UserError(`${join(folder, problem.path)}: ${problem.reason}.`);
  return files.filter((name) => !isOtherFile(name));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function readOne(path: string): Promise<Picture> {
  try {
    return (await decode(path, await readPicture(path, statSync(path).size))).picture;
  } catch (error) {
    throw new UserError(`${path} cannot be used: ${messageOf(error).replace(/\.$/, '')}.`, { cause: error });
  }
}
