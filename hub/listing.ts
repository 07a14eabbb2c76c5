// What a repository of the Hugging Face Hub holds at a revision, and which of its files is meant.
import { z } from 'zod';
import { suggestion } from '../models/nearest.ts';
import { validate } from '../models/validate.ts';
import { formatHubAddress, type HubAddress } from './address.ts';
import { HubError } from './error.ts';
import { pieces } from './pieces.ts';
import { askHub, unreachable } from './request.ts';
import type { HubSettings } from './settings.ts';

/** The files of one commit. */
export interface HubListing {
  readonly commit: string;
  /** Paths in the repository. */
  readonly files: readonly string[];
}

const modelSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/**
 * Asks the Hub for the commit of a revision and its files.
 * Reference: `model_info` of Python's huggingface_hub.
 *
 * @throws HubError
 */
export async function listHub(
  address: HubAddress,
  settings: HubSettings,
  signal?: AbortSignal,
): Promise<HubListing> {
  const { id, revision } = address;
  const what = formatHubAddress({ id, revision });
  const url = `${settings.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
  const { response } = await askHub(url, settings, { what, signal });
  const { value, problems } = validate(modelSchema, await jsonOf(response, url, signal));
  if (problems !== undefined)
    throw new HubError(
      `${settings.endpoint} does not answer as a Hugging Face Hub does, asked for ${what}. HF_ENDPOINT says where it is.`,
    );
  // A name becomes a path on this disk.
  const isPlain = (name: string) =>
    !/[\\:\p{Cc}\p{Cs}]/u.test(name) &&
    name.split('/').every((part) => part !== '' && !part.startsWith('..'));
  return { commit: value.sha, files: value.siblings.map(({ rfilename }) => rfilename).filter(isPlain) };
}

/** Bytes of a listing: those of the largest repositories have some megabytes. */
const MOST_BYTES = 64 * 2 ** 20;

/** What a body says; undefined where it is no JSON, or has no end. @throws HubUnreachable when it stops. */
async function jsonOf(response: Response, url: string, signal: AbortSignal | undefined): Promise<unknown> {
  const texts: string[] = [];
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for await (const piece of pieces(response)) {
      bytes += piece.length;
      if (bytes > MOST_BYTES) return undefined;
      texts.push(decoder.decode(piece, { stream: true }));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(new URL(url).origin, error);
  }
  try {
    return JSON.parse(texts.join(''));
  } catch {
    return undefined;
  }
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
