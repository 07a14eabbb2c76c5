// Reads a model of the Hugging Face Hub, which is fetched into the cache first, as one that can be served.

import { readFile } from 'node:fs/promises';
import { fetchModel } from '../../hub/fetch-model.ts';
import { findBeside } from '../../models/adopt/beside.ts';
import { NOTHING_SAID } from '../../models/adopt/said-beside.ts';
import { cardKey } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import type { ServedModel } from './models.ts';
import { readServedModel } from './read-model.ts';

export interface ReadHubOptions {
  /** Called with lines about the download. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param address - `hf:owner/name[@revision][/file]`.
 * @throws HubError when it does not come; UserError when it is no classifier of pictures, or nothing says how it is used.
 */
export async function readHubModel(address: string, options: ReadHubOptions = {}): Promise<ServedModel> {
  const { name, path, source } = await fetchModel(address, options);
  if (findBeside(path) === undefined && readMetadata(await readFile(path))[cardKey] === undefined)
    throw new UserError(NOTHING_SAID);
  return readServedModel({ name, version: 1, path }, source);
}
