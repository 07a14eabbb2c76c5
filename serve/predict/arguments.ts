// What commands are asked about: a model by its name, path or address, and pictures, of which there must be some. Nothing that runs
// models is loaded for it.
import { isHubAddress, parseHubAddress } from '../../hub/address.ts';
import { UserError } from '../../models/errors.ts';
import { decodableInWords } from '../../models/image/file/format.ts';
import { endingOf, endingsInWords } from '../../models/image/file/names.ts';
import type { FoundPicture, PictureSource } from './files.ts';
import type { SkippedFiles } from './progress.ts';
import type { WantedModel } from './wanted-model.ts';

/** @throws UserError when the text is no path of a model file, no address, and what is after the slash is not a version. */
export function modelNamed(text: string, repository: string): WantedModel {
  if (isHubAddress(text)) {
    parseHubAddress(text);
    return { hub: text };
  }
  if (text.endsWith('.onnx')) return { path: text };
  const [, name = '', version] = /^([^/]*)(?:\/([1-9][0-9]{0,8}))?$/.exec(text) ?? [];
  if (name !== '') return { repository, name, version: version === undefined ? undefined : Number(version) };
  throw new UserError(
    `${JSON.stringify(text)} names no model. Expected a name such as digits, one with a version such as digits/1, the path of a file that ends in .onnx, or hf:owner/name of the Hugging Face Hub.`,
  );
}

/**
 * @param all - the pictures, of which `own` may be a share.
 * @param where - in words.
 * @throws UserError when there is no picture at all; it says what is wrong with the first path, or what is there.
 */
export async function countPictures(
  all: PictureSource,
  own: PictureSource,
  where: string,
): Promise<{ total: number; skipped: SkippedFiles }> {
  let [total, pictures] = [0, 0];
  let first: FoundPicture | undefined;
  const others = new Map<string, number>();
  const addOther = (name: string) => {
    others.set(endingOf(name), (others.get(endingOf(name)) ?? 0) + 1);
  };
  for await (const found of own(addOther)) {
    total++;
    if (found.problem === undefined) pictures++;
    else first ??= found;
  }
  const files = [...others.values()].reduce((sum, n) => sum + n, 0);
  const endings = endingsInWords(others);
  if (pictures > 0 || (all !== own && (await hasPicture(all)))) return { total, skipped: { files, endings } };
  if (first !== undefined)
    throw new UserError(`There is no picture to read at ${first.path}: ${first.problem}.`);
  const there =
    files === 0
      ? 'no file is there'
      : `${endings} ${files === 1 ? 'is' : 'are'} there, whose ${files === 1 ? 'ending is of no picture' : 'endings are of no pictures'}. If one is a picture all the same, name it itself`;
  throw new UserError(`There is no picture in ${where}: ${there}. ${decodableInWords} files are read.`);
}

/** A share may be empty where the whole is not. */
async function hasPicture(source: PictureSource): Promise<boolean> {
  for await (const { problem } of source()) if (problem === undefined) return true;
  return false;
}
