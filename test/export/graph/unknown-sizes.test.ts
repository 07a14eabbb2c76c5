// How sizes that vary are written for TensorFlow, and which graphs it cannot run so.
import { describe, expect, it } from 'vitest';
import { needsSizes, withUnknownSizes } from '../../../export/graph/unknown-sizes.ts';
import { traceModel } from '../../../export/trace/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

/** A function of `[N,4]`. */
const traced = (fn: (x: ReturnType<typeof tf.tensor>) => ReturnType<typeof tf.tensor>) =>
  traceModel(([x]) => [fn(x ?? tf.scalar(0))], [{ name: 'x', type: 'float32', shape: ['N', 4] }], new Map());

describe('sizes that vary', () => {
  it('are -1 in shapes and in the constants made from them, a multiple of the batch too', () => {
    const { nodes } = withUnknownSizes(traced((x) => tf.reshape(tf.relu(x), [2 * (x.shape[0] ?? 1), 2])));
    expect(nodes.at(-1)?.outputs[0]?.shape).toEqual([-1, 2]);
    const constants = nodes.flatMap(({ constant }) => constant ?? []);
    expect(constants.map(({ bytes }) => [...new Int32Array(bytes.slice().buffer)])).toEqual([[-1, 2]]);
  });

  it('are worked out by Reshape and Slice alone, one in a shape', () => {
    expect(needsSizes(traced((x) => tf.reshape(x, [x.shape[0] ?? 1, 2, 2])))).toBeUndefined();
    expect(needsSizes(traced((x) => tf.slice(x, [0, 1], [x.shape[0] ?? 1, 2])))).toBeUndefined();
    expect(needsSizes(traced((x) => tf.add(x, tf.fill([x.shape[0] ?? 1, 4], 2))))?.op).toBe('Fill');
    expect(needsSizes(traced((x) => tf.tile(x, [x.shape[0] ?? 1, 1])))?.op).toBe('Tile');
  });
});
