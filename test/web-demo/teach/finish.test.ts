// A file that was taught is held against its head, on whatever runs it: what may differ, and what is said of it.
import { expect, it } from 'vitest';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { finishFile, type RunFile } from '../../../web-demo/teach/file/finish.ts';

const model: ModelProto = {
  ...{ ir_version: 8, opset_import: [{ version: 17 }], metadata_props: [] },
  graph: {
    node: [{ op_type: 'Softmax', input: ['image'], output: ['probabilities'], attribute: [] }],
    ...{ initializer: [], input: [{ name: 'image' }], output: [{ name: 'probabilities' }] },
  },
};
const draft = {
  ...{ name: 'bars', description: 'Bars.', labels: ['upright', 'level', 'cross'], tta: 'none' as const },
  input: {
    shape: [2, 2, 1] as [number, number, 1],
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' } as const,
  },
  architecture: { name: 'softmax regression', parameters: 0 },
  recipe: { name: 'bars' },
  recipeDigest: 'a'.repeat(64),
  datasets: [{ name: 'taught', split: 'train' as const, n: 1, digest: 'b'.repeat(64) }],
};

/** The file of a head that has learned some probabilities, where a runtime answers others. */
function finished(learned: readonly number[], answered: readonly number[]) {
  const run: RunFile = async (_, card, inputs) => {
    // Of a file that has not run yet, nothing is promised.
    expect([card.golden, card.parity]).toEqual([[], null]);
    return inputs.map(() => Float32Array.from(answered));
  };
  const expected = [{ input: new Uint8Array(4), probabilities: Float32Array.from(learned) }];
  return finishFile({ model, draft, metrics: null, expected }, run, 'node');
}

it('may answer another class first where two are as near as what may differ: a tie, which is counted', async () => {
  const { card } = await finished([0.400003, 0.4, 0.199997], [0.4, 0.400003, 0.199997]);
  expect(card.parity).toEqual({
    ...{ n: 1, changedLabels: 1, ties: 1, maxProbabilityDifference: 0.000003, tolerance: 0.00001 },
    against: 'node, the head in float64',
  });
  const { card: same } = await finished([0.5, 0.3, 0.2], [0.5, 0.3, 0.2]);
  expect(same.parity).toMatchObject({ changedLabels: 0, maxProbabilityDifference: 0 });
  expect(same.parity).not.toHaveProperty('ties');
});

it('is not made where it answers another class', async () => {
  await expect(finished([0.5, 0.3, 0.2], [0.3, 0.5, 0.2])).rejects.toThrow(
    'over 1 examples it answers up to 2.0e-1 otherwise than what was taught (allowed: 0.00001)',
  );
});
