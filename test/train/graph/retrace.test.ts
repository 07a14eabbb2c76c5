// Two traces of one function: what may differ between them, and what is refused, with the op that it is found at.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { type Traceable, traceDynamic, traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

const inputs = (n: number) => [{ name: 'x', tensor: tf.ones([n, 2]) }];
const withX =
  (fn: (x: Tensor) => Tensor): Traceable =>
  ({ x }) => [fn(x as Tensor)];

const fixed = (fn: (x: Tensor) => Tensor) => traceFixed(withX(fn), inputs, 4, new Map());
const dynamic = (fn: (x: Tensor) => Tensor) => traceDynamic(withX(fn), inputs, new Map());

/** One function in the first trace, another one in the second. */
function inTurn(first: (x: Tensor) => Tensor, second: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  let calls = 0;
  return (x) => (++calls === 1 ? first(x) : second(x));
}

describe('two traces of one batch size', () => {
  it('give the first, whose constants are those of both', () => {
    const { nodes } = fixed((x) => tf.mul(x, 3));
    const numbers = nodes.flatMap(({ constant }) =>
      constant ? [...new Float32Array(constant.bytes.buffer)] : [],
    );
    expect(numbers).toEqual([3]);
    expect(nodes.at(-1)?.outputs).toEqual([{ dtype: 1, shape: [4, 2] }]);
  });

  it.each<[string, (x: Tensor) => Tensor, (x: Tensor) => Tensor, RegExp]>([
    ['of more ops', tf.neg, (x) => tf.neg(tf.neg(x)), /^two traces ran 2 and 3 ops: /],
    ['of fewer ops', (x) => tf.neg(tf.neg(x)), tf.neg, /^two traces ran 3 and 2 ops: /],
    ['of another op', tf.neg, tf.abs, /^two traces differ at op 1: Neg and Abs$/],
    [
      'of other operands',
      (x) => tf.sub(tf.neg(x), tf.abs(x)),
      (x) => {
        const [a, b] = [tf.neg(x), tf.abs(x)];
        return tf.sub(b, a);
      },
      /^two traces differ at op 3: Sub and Sub$/,
    ],
    [
      'of another attribute',
      (x) => tf.leakyRelu(x, 0.1),
      (x) => tf.leakyRelu(x, 0.2),
      /^attribute alpha of LeakyRelu \(n1, output \[4,2\]\) differs between two traces$/,
    ],
  ])('are refused where the second is %s', (_, first, second, message) => {
    expect(() => fixed(inTurn(first, second))).toThrow(message);
  });
});

describe('traces of two and of three', () => {
  const shapes = (fn: (x: Tensor) => Tensor) => dynamic(fn).nodes.map(({ outputs }) => outputs[0]?.shape);

  it('take what grows with them for the batch, in shapes and whole numbers', () => {
    expect(shapes((x) => tf.mul(x, tf.ones([2])))[0]).toEqual([-1, 2]);
    const { nodes } = dynamic((x) => tf.reshape(x, [2 * (x.shape[0] ?? 0)]));
    expect(nodes.at(-1)?.outputs[0]?.shape).toEqual([-1]);
    const { bytes } = nodes.find(({ constant }) => constant)?.constant ?? { bytes: new Uint8Array() };
    expect([...new Int32Array(bytes.slice().buffer)]).toEqual([-1]);
  });

  it.each<[string, (x: Tensor) => Tensor, RegExp]>([
    [
      'a shape of two sizes that grow',
      (x) => tf.matMul(x as never, x as never, false, true),
      /has a shape that depends/,
    ],
    ['a shape that grows by more', (x) => tf.concat([x, tf.ones([1, 2])]), /has a shape that depends/],
    ['a rank that grows', (x) => tf.reshape(x, x.shape[0] === 2 ? [4] : [3, 2]), /depends on the batch/],
    [
      'a rank that grows as the batch does',
      (x) => tf.reshape(x, x.shape[0] === 2 ? [2, 2] : [3, 2, 1]),
      /depends on the batch/,
    ],
    [
      'a number',
      (x) => tf.mul(x, x.shape[0] ?? 0),
      /^a constant of Mul \(n\d+, output \[2,2\]\) depends on the batch/,
    ],
    [
      'a truth',
      (x) => tf.where(tf.scalar(x.shape[0] === 2, 'bool'), x, tf.neg(x)),
      /^a constant of \w+ \(n\d+, output \[1,1\]\) depends on the batch/,
    ],
    [
      'whole numbers that grow otherwise',
      (x) => tf.add(tf.cast(x, 'int32'), tf.scalar(x.shape[0] === 2 ? 1 : 2, 'int32')),
      /^a constant of Add\w* \(n\d+, output \[2,2\]\) depends on the batch/,
    ],
  ])('refuse %s', (_, fn, message) => {
    expect(() => dynamic(fn)).toThrow(message);
  });
});
