// Pretrained networks: weights of a backbone from the cache, fetched when first asked for.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { fetchPretrained as fetchWeights } from '../../setup/data/pretrained.mjs';
import { SetupError } from '../../setup/errors.mjs';
import { command } from '../../setup/invocation.mjs';
import { pretrainedPath } from '../../setup/paths.mjs';
import { type NamedTensor, readSafetensors } from '../files/safetensors.ts';

/** The architectures of which there are trained weights. */
export const pretrainedSchema = z.enum(['efficientnet-lite0', 'efficientnet-lite1', 'efficientnet-lite2']);

export type Pretrained = z.output<typeof pretrainedSchema>;

/**
 * Brings the weights into the cache from which a recipe starts, if it starts from such.
 * @throws UserError when they cannot be fetched.
 */
export async function fetchPretrained({ pretrained }: { pretrained?: Pretrained }): Promise<void> {
  if (pretrained === undefined) return;
  try {
    await fetchWeights(pretrained);
  } catch (error) {
    throw error instanceof SetupError ? new UserError(error.message, { cause: error }) : error;
  }
}

/**
 * The weights and statistics of a pretrained backbone, by the names of its architecture.
 * @throws UserError when they are not in the cache.
 */
export function readPretrained(name: Pretrained): ReadonlyMap<string, NamedTensor> {
  const path = pretrainedPath(name);
  if (!existsSync(path))
    throw new UserError(
      `${path} is missing: \`${command('train')}\` fetches it when a recipe starts from it.`,
    );
  return readSafetensors(path).tensors;
}
