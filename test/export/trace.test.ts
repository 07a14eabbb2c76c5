// What the tracer makes of a function that is run again at other sizes: the same record, whatever tfjs did before.
import { describe, expect, it } from 'vitest';
import { type InputSpec, traceModel } from '../../export/trace/index.ts';
import { tf } from '../../train/graph/tensorflow.ts';

const indices: InputSpec = { name: 'x', type: 'int32', shape: ['N', 2] };
const pixels: InputSpec = { name: 'x', type: 'float32', shape: [1, 'height', 'width', 3] };

describe('constants that were made outside the function', () => {
  // tfjs uploads each at its first use, in the first trace: there the table comes before the op's own constants.
  it.each([
    ['of any number', indices],
    ['of one number', { ...indices, shape: [3, 2] }],
  ])('come in the same order in every trace, %s', (_, spec) => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const more = tf.tensor1d([7, 8]);
    const graph = traceModel(
      ([x]) => [
        tf.pad(tf.add(tf.gather(table, x as typeof table), more), [
          [0, 0],
          [0, 0],
          [1, 1],
        ]),
      ],
      [spec],
      new Map(),
    );
    expect(graph.nodes.filter(({ op }) => op !== 'Const').map(({ op }) => op)).toEqual([
      'Input',
      'GatherV2',
      expect.stringMatching(/^Add/),
      'PadV2',
    ]);
    const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    expect(graph.nodes.filter(({ op, name }) => op === 'Const' && !used.has(`${name}:0`))).toEqual([]);
  });
});

it('a size as a real number is told from a random one', () => {
  const graph = traceModel(
    ([x]) => [tf.mul(tf.range(0, x?.shape[2] ?? 0), tf.sum(x ?? 0))],
    [pixels],
    new Map(),
  );
  expect(graph.nodes.map(({ op }) => op)).toContain('Range');
  const unlike = ([x]: readonly unknown[]) => [
    tf.mul(x as never, 1 / ((x as { shape: number[] }).shape[2] ?? 1)),
  ];
  expect(() => traceModel(unlike, [pixels], new Map())).toThrow(/a constant of Mul .* depends on the width/);
});
