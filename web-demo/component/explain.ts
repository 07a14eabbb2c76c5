// Which pixels of an input mattered for its answer, with labels by their names.
import type { Card } from '../../models/card.ts';
import { bestOf, meanColor, occlusion } from './occlusion.ts';
import type { Explanation } from './types.ts';

/** @param run - the probabilities of some inputs; what it throws ends the work. */
export async function explainInput(
  input: Uint8Array,
  { input: { shape, prepare }, labels }: Card,
  run: (inputs: readonly Uint8Array[]) => Promise<Float32Array[]>,
): Promise<Pick<Explanation, 'label' | 'map' | 'without'>> {
  const [whole = new Float32Array()] = await run([input]);
  const cover = prepare.rule === 'digit' ? [0] : meanColor(input, shape[2]);
  const { map, without } = await occlusion(input, shape, cover, whole, run);
  const label = (index: number) => labels[index] ?? '';
  return {
    label: label(bestOf(whole)),
    map,
    without: without && {
      patch: without.patch,
      label: label(without.best),
      probability: without.probability,
    },
  };
}
