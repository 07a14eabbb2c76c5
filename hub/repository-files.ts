// The files of a repository of the Hugging Face Hub at a revision, and which of them are meant; in Node and in browsers.
import { z } from 'zod';
import { suggestion } from '../models/nearest.ts';
import { validate } from '../models/validate.ts';
import { formatHubAddress, type HubAddress } from './address.ts';
import { HubError } from './error.ts';

/** What the Hub says of a file, where it is asked for that (`blobs=true`). */
export interface HubFile {
  /** Path in the repository. */
  readonly name: string;
  /** Bytes. */
  readonly size?: number | undefined;
  /** SHA-256 of a large file, hex. */
  readonly sha256?: string | undefined;
  /** Git's digest of a small one, hex: SHA-1 of `blob <size>\0` and its content. */
  readonly blobId?: string | undefined;
}

/** The files of one commit. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const modelSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().nullish(),
      blobId: z.string().nullish(),
      lfs: z.object({ sha256: z.string() }).nullish(),
    }),
  ),
});

/** The address at which a Hub tells the commit of a revision and its files. @param endpoint - without a slash behind it. */
export function listingAddress(endpoint: string, { id, revision }: HubAddress): string {
  return `${endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
}

/** The address of the bytes of a file. */
export function fileAddress(endpoint: string, { id }: HubAddress, commit: string, name: string): string {
  return `${endpoint}/${id}/resolve/${commit}/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * What a Hub answered at {@link listingAddress}.
 * Reference: `model_info` of Python's huggingface_hub.
 *
 * @throws HubError where it is something else.
 */
export function readListing(
  answer: unknown,
  endpoint: string,
  { id, revision }: HubAddress,
  remedy: string,
): HubListing {
  const { value, problems } = validate(modelSchema, answer);
  if (problems !== undefined)
    throw new HubError(
      `${endpoint} does not answer as a Hugging Face Hub does, asked for ${formatHubAddress({ id, revision })}. ${remedy}`,
    );
  const files = value.siblings.map(({ rfilename, size, blobId, lfs }) => ({
    name: rfilename,
    size: size ?? undefined,
    sha256: lfs?.sha256,
    blobId: lfs ? undefined : (blobId ?? undefined),
  }));
  return { commit: value.sha, files: files.filter(({ name }) => isPlain(name)) };
}

/** A name becomes a path on this disk. */
function isPlain(name: string): boolean {
  return (
    !/[\\:\p{Cc}\p{Cs}]/u.test(name) && name.split('/').every((part) => part !== '' && !part.startsWith('..'))
  );
}

/** Where an ONNX file usually is: as Optimum writes it, and as transformers.js reads it. */
const USUAL = ['model.onnx', 'onnx/model.onnx'];

/**
 * The ONNX file that an address means: the one that it names, else the usual one, else the only one.
 *
 * @throws HubError that lists what there is.
 */
export function chooseFile(address: HubAddress, files: readonly string[]): string {
  const { id, revision, file } = address;
  const shown = formatHubAddress({ id, revision });
  const models = files.filter((name) => name.endsWith('.onnx'));
  if (models.length === 0)
    throw new HubError(
      `${shown} has no ONNX file. Look for one at onnx-community/${id.split('/')[1]}, or make one: \`pip install "optimum[onnxruntime]"\`, then \`optimum-cli export onnx --model ${id} --task image-classification folder\`, and name its path.`,
    );
  if (file !== undefined) {
    if (models.includes(file)) return file;
    throw new HubError(`${shown} has no ONNX file ${JSON.stringify(file)}. ${suggestion(file, models)}`);
  }
  const chosen = USUAL.find((name) => models.includes(name)) ?? (models.length === 1 ? models[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new HubError(
    `${shown} has several ONNX files: ${models.join(', ')}. Name one: ${formatHubAddress({ ...address, file: models[0] ?? '' })}`,
  );
}
