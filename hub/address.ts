// Addresses of models on the Hugging Face Hub: `hf:owner/name`, with a revision and a file where they are given.
import { UserError } from '../models/errors.ts';

/** A model on the Hub, as it is asked for. */
export interface HubAddress {
  /** `owner/name`. */
  readonly id: string;
  /** A branch, a tag, a commit or `refs/pr/<number>`. */
  readonly revision: string;
  /** Path of the ONNX file in the repository; chosen among those that are there if left out. */
  readonly file?: string;
}

/** What a repository has where nobody says otherwise, as huggingface_hub's DEFAULT_REVISION. */
const MAIN = 'main';

/** Where the Hub is. */
export const HUGGING_FACE = 'https://huggingface.co';

/** Of an owner, a repository or a folder. What begins with a dot could lead elsewhere in the cache. */
const NAME = /^[\w-][\w.-]*$/;

/** Whether a word means a model on the Hub, well written or not: no path of a file begins so. */
export function isHubAddress(word: string): boolean {
  return /^hf:/i.test(word);
}

/**
 * Reads `hf:owner/name[@revision][/file]`; `hf://owner/name`, as Python's huggingface_hub writes it, is the same.
 *
 * @throws UserError for anything else.
 */
export function parseHubAddress(word: string): HubAddress {
  const [, owner = '', name = '', revision = MAIN, file] =
    /^hf:(?:\/\/)?([^/@]+)\/([^/@]+)(?:@(refs\/(?:pr|convert)\/[^/]+|[^/]+))?(?:\/(.+))?$/i.exec(word) ?? [];
  // As on the Hub: the folder of a model in the cache has `--` between the two.
  const isPlain = !`${owner}/${name}`.includes('--');
  const names = [owner, name, ...revision.split('/'), ...(file?.split('/') ?? [])];
  if (isPlain && names.every((each) => NAME.test(each) && !each.includes('..')))
    return { id: `${owner}/${name}`, revision, ...(file !== undefined && { file }) };
  throw new UserError(
    `${JSON.stringify(word)} names no model of the Hugging Face Hub. Expected hf:owner/name, with a branch, tag or commit behind @ and a file behind / where they are needed: hf:google/vit-base-patch16-224@main/onnx/model.onnx.`,
  );
}

/** The address as it is written. */
export function formatHubAddress({ id, revision, file }: HubAddress): string {
  return `hf:${id}${revision === MAIN ? '' : `@${revision}`}${file === undefined ? '' : `/${file}`}`;
}

/** Whether a revision is a whole commit, which never means anything else later. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
