// The scores of a model for kinds of pictures, as rows of a table.
import { readFileSync } from 'node:fs';
import { openValue, type SomePictures } from '../../../export/novelty/values.ts';
import { type Card, readCard } from '../../../models/card.ts';
import { UserError } from '../../../models/errors.ts';
import { NOVELTY } from '../../../models/novelty.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { findModel } from '../../../models/repository.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';

/** A model of the repository, and its card, which has a threshold. */
export async function readModel(name: string) {
  const bytes = readFileSync((await findModel(repositoryFolder, name)).path);
  const card = readCard(bytes);
  const { novelty } = card;
  if (novelty === undefined)
    throw new UserError(`${name} says nothing of what it does not know: export it anew`);
  return { model: decodeModel(bytes), card, threshold: novelty.threshold };
}

/** Float32 `[n]`: how strange each picture is. */
export async function scoresOf(
  model: ModelProto,
  { input }: Pick<Card, 'input'>,
  pictures: SomePictures,
  output = NOVELTY,
): Promise<Float32Array> {
  const value = await openValue(model, output, input.shape);
  try {
    return await value.of(pictures);
  } finally {
    await value.close();
  }
}

/** `n` pictures behind each other, of so many bytes. */
export function pictures(all: Uint8Array, size: number): SomePictures {
  return { n: all.length / size, at: (i) => all.subarray(i * size, (i + 1) * size) };
}

/** The share that is above a threshold, in percent with one decimal. */
export function shareAbove(scores: Float32Array, threshold: number): string {
  return percent(scores.filter((score) => score > threshold).length / scores.length);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** How often one of the others has a higher score than one of its own: 0.5 is chance, 1 perfect. Equal scores are half. */
export function auroc(own: Float32Array, others: Float32Array): number {
  const sorted = own.slice().sort();
  const below = (score: number, orEqual: boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const value = sorted[middle] ?? 0;
      if (value < score || (orEqual && value === score)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const sum = others.reduce((all, score) => all + (below(score, false) + below(score, true)) / 2, 0);
  return sum / own.length / others.length;
}
