// The novelty of the built-in pictures, which travels in the card beside their probabilities.
import type { Card } from '../../models/card.ts';
import { goldenInput } from '../../models/golden.ts';
import { NOVELTY } from '../../models/novelty.ts';
import type { ModelProto } from '../../models/onnx/types.ts';
import { openValue } from './values.ts';

/**
 * The expected answers with the novelty that a model gives each picture.
 *
 * @param batch - pictures at a time, for a model that takes a fixed number: each with copies of itself.
 */
export async function goldenNovelty<Expected extends Pick<Card['golden'][number], 'input' | 'novelty'>>(
  golden: readonly Expected[],
  model: ModelProto,
  shape: Card['input']['shape'],
  batch = 1,
): Promise<Expected[]> {
  const value = await openValue(model, NOVELTY, shape);
  try {
    const scored: Expected[] = [];
    for (const each of golden) {
      const picture = goldenInput(each.input, shape);
      const [score = 0] = await value.of({ n: batch, at: () => picture });
      scored.push({ ...each, novelty: Number(score.toFixed(6)) });
    }
    return scored;
  } finally {
    await value.close();
  }
}
