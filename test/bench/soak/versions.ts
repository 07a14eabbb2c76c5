// New versions of the digits model, as an operator adds them: good ones, and broken in every way that we know.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CardOf, cardKey } from '../../../models/card.ts';
import { withDigest } from '../../../models/card-proof.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { addModel, listModels } from '../../../models/repository.ts';
import { root } from '../../../setup/paths.mjs';
import { readSingleCard } from '../../single-card.ts';

/** Versions that stay in the repository; an operator removes old ones as well. */
const KEPT = 3;

export const good = readFileSync(join(root, 'models', 'repository', 'digits', '1', 'model.onnx'));

const card = readSingleCard(good);

/** A file with another card. */
function withCard(changed: Partial<CardOf<'single'>>): Uint8Array {
  const model = decodeModel(good);
  const others = model.metadata_props?.filter(({ key }) => key !== cardKey) ?? [];
  // With a digest of its own: what is wrong is found by what the model answers.
  const value = JSON.stringify(withDigest({ ...card, ...changed }));
  return encodeModel({ ...model, metadata_props: [...others, { key: cardKey, value }] });
}

const wrongAnswers = card.golden.map(({ input, probabilities }) => ({
  input,
  probabilities: [...probabilities].reverse(),
}));

export const broken: readonly Uint8Array[] = [
  good.subarray(0, good.length / 2),
  new Uint8Array(),
  Buffer.from('no model'),
  withCard({ golden: wrongAnswers }),
  withCard({ labels: ['one'] }),
];

/** Adds a version and removes the oldest, but never the one that `serving` names. @returns the version's number. */
export async function addVersion(repository: string, bytes: Uint8Array, serving: number): Promise<number> {
  const { version } = await addModel(repository, 'digits', bytes);
  const old = (await listModels(repository)).slice(0, -KEPT).filter((file) => file.version !== serving);
  for (const { version } of old) await rm(join(repository, 'digits', String(version)), { recursive: true });
  return version;
}
