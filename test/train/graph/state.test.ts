// The values of variables by name: read from tfjs, and written into compiled graphs that know some of the names.
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../../train/graph/compile.ts';
import { firstValues, runOnImages, traceImages } from '../../../train/graph/images.ts';
import { stateOf, writeKnown } from '../../../train/graph/state.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fromUint8 } from '../../../train/layers/forward.ts';

const shape = [1, 2, 1];
const factor = tf.variable(tf.tensor1d([2, 3]));
const graph = traceImages(
  (images) => tf.mul(tf.reshape(fromUint8(images), [-1, 2]), factor),
  shape,
  new Map([['factor', factor]]),
);
const compiled = compile({ multiply: graph });

afterAll(compiled.dispose);

describe('the state of a network', () => {
  it('is a copy of the values of its variables', () => {
    const state = stateOf(new Map([['factor', factor]]));
    expect(state).toEqual(new Map([['factor', Float32Array.of(2, 3)]]));
    factor.assign(tf.tensor1d([0, 0]));
    expect(state.get('factor')).toEqual(Float32Array.of(2, 3));
  });

  it('is written as far as a graph has variables of its names', () => {
    expect(compiled.shapes).toEqual(new Map([['factor', [2]]]));
    const state = new Map([
      ['factor', Float32Array.of(10, 100)],
      ['optimizer/velocity/factor', Float32Array.of(1, 1)],
    ]);
    expect(() => compiled.write(state)).toThrow('the graph has no variable optimizer/velocity/factor');
    writeKnown(compiled, state);
    const run = (images: number[]) =>
      runOnImages(compiled, 'multiply', Uint8Array.from(images), shape, firstValues);
    expect(run([1, 255])).toEqual(Float32Array.of(10, 25_500));
    expect(run([1, 2, 3, 4, 5, 6])).toEqual(Float32Array.of(10, 200, 30, 400, 50, 600));
  });
});
