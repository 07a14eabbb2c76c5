// GELU and its gradient by our own ops: exact up to rounding, the same bits for a value at any place, and for tfjs's ops.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../../train/graph/bfloat16.ts';
import { compile } from '../../../train/graph/compile.ts';
import { geluFused } from '../../../train/graph/fused-gelu.ts';
import type { Graph, Node } from '../../../train/graph/graph.ts';
import { traceFixed } from '../../../train/graph/retrace.ts';
import { backend, DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import { gelu } from '../../../train/layers/activations.ts';
import { python } from '../../python.ts';
import { drawn } from './drawn.ts';

const { float32, bfloat16 } = DataType;

/** Below, numbers are not normal: TensorFlow's threads take them for zero. */
const SMALLEST = 2 ** -126;

describe('GELU by one op', () => {
  it('is that of every bfloat16, rounded to the nearest', () => {
    const x = everyBfloat16();
    const exact = exactly(x);
    const [value, gradient] = inBfloat16(x, 0.75);
    expect(x.length).toBe(2 * 254 * 128);
    expect(worst(value, exact.value, inSpacings)).toBeLessThanOrEqual(0.5 + 2 ** -15);
    const expected = exact.slope.map((slope) => slope * 0.75);
    expect(worst(gradient, expected, inSpacings)).toBeLessThanOrEqual(0.5 + 2 ** -15);
  });

  it('is within a few units in the last place in float32', () => {
    const x = Float32Array.from({ length: 28_001 }, (_, i) => i / 1e3 - 14);
    const exact = exactly(x);
    const absolute = (actual: number, expected: number) => Math.abs(actual - expected);
    // Measured, with AVX-512: 3.8e-7, at 4.9, which is less than one such unit; and 1.7e-7.
    expect(worst(geluOf(x), exact.value, absolute)).toBeLessThan(5e-7);
    expect(worst(slopeOf(x), exact.slope, absolute)).toBeLessThan(3e-7);
    // Also where next to nothing is left of x, which x (erf(x / sqrt 2) + 1) / 2 is not. Measured: 4.9e-6.
    const left = x.findIndex((at) => at > -12);
    const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);
    const [some, right] = [geluOf(x), exact.value].map((values) => Array.from(values).slice(left, 11_000));
    expect(worst(some ?? [], right ?? [], relative)).toBeLessThan(1e-5);
  });

  it('has the same bits for a value at any place in an array of any size', () => {
    // Enough for TensorFlow to divide it among threads.
    const all = drawn('x', [300_007]).dataSync() as Float32Array;
    for (const compute of [geluOf, slopeOf, ...[0, 1].map(bfloat16Of)]) {
      const expected = compute(all);
      for (const [from, to] of [
        [0, 1],
        [5, 20],
        [7, 40],
        [100_003, 299_999],
      ] as const)
        expect(bytes(compute(all.slice(from, to))).equals(bytes(expected.slice(from, to)))).toBe(true);
    }
  });

  it('leaves what is not a number, and says which shapes do not fit', () => {
    expect([...geluOf(Float32Array.of(Number.NaN, -100, 100))]).toEqual([Number.NaN, -0, 100]);
    expect([...(inBfloat16(Float32Array.of(Number.NaN, -100, 100), 1)[0] ?? [])]).toEqual([
      Number.NaN,
      -0,
      100,
    ]);
    const [dy, x] = [tf.ones([3]), tf.ones([4])] as [Tensor, Tensor];
    expect(() => backend.executeSingleOutput('TrainyardGeluGrad', attributes, [dy, x])).toThrow(
      'dy is [3], x [4]: expected the same shape',
    );
  });
});

describe('the pass', () => {
  it('puts the ops in place of those of tfjs, twice in a row, and in bfloat16', () => {
    const graph = gradientGraph((x) => gelu(tf.mul(gelu(x), 3)));
    const fused = geluFused(graph);
    expect(ours(fused)).toEqual(['TrainyardGelu', 'TrainyardGelu', 'TrainyardGeluGrad', 'TrainyardGeluGrad']);
    const [expected, actual] = [run(graph), run(fused)];
    expect(expected.length).toBe(8);
    // Measured: 3e-7 of the largest.
    const difference = worst(actual, expected, (a, b) => Math.abs(a - b));
    expect(difference).toBeLessThan(1e-6 * Math.max(...expected.map(Math.abs)));
  });

  it('keeps the activations of a bfloat16 network in bfloat16', () => {
    const filters = () => tf.reshape(tf.eye(8), [1, 1, 8, 8]) as Tensor4D;
    const graph = gradientGraph((x) => {
      const image = tf.reshape(x, [5, 1, 1, 8]) as Tensor4D;
      return tf.conv2d(gelu(tf.conv2d(image, filters(), 1, 'same')) as Tensor4D, filters(), 1, 'same');
    });
    const fused = toBfloat16(geluFused(graph));
    const types = fused.nodes.filter(isOurs).map(({ attributes: { T } }) => T);
    expect(types).toEqual([{ type: bfloat16 }, { type: bfloat16 }]);
    const [expected, actual] = [run(toBfloat16(graph)), run(fused)];
    const difference = worst(actual, expected, (a, b) => Math.abs(a - b));
    expect(difference).toBeLessThan(2 ** -7 * Math.max(...expected.map(Math.abs)));
  });

  it('knows GELU in whatever order it is multiplied, with a quotient or a product', () => {
    const share = (root: Tensor) => tf.add(1, tf.erf(root));
    const ways: ((x: Tensor) => Tensor)[] = [
      (x) => tf.mul(tf.mul(x, 0.5), share(tf.mul(Math.SQRT1_2, x))),
      (x) => tf.mul(0.5, tf.mul(share(tf.div(x, Math.SQRT2)), x)),
      (x) => tf.mul(tf.mul(share(tf.mul(x, Math.SQRT1_2)), 0.5), x),
    ];
    for (const way of ways) expect(ours(geluFused(gradientGraph(way)))).toEqual(['TrainyardGelu']);
  });

  it('leaves other formulas alone', () => {
    const graph = gradientGraph((x) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, 0.7)), 1), 0.5)));
    expect(geluFused(graph)).toEqual(graph);
  });
});

const attributes = [eagerAttribute.type('T', float32)];

function geluOf(x: Float32Array): Float32Array {
  return eagerly('TrainyardGelu', [tf.tensor1d(x)]);
}

function slopeOf(x: Float32Array): Float32Array {
  return eagerly('TrainyardGeluGrad', [tf.ones([x.length]), tf.tensor1d(x)]);
}

function eagerly(op: string, inputs: Tensor[]): Float32Array {
  return backend.executeSingleOutput(op, attributes, inputs).dataSync() as Float32Array;
}

/** GELU of bfloat16 values, and `dy` times its derivative. */
function inBfloat16(x: Float32Array, dy: number): Float32Array[] {
  const outputs = (dtype: number) => [{ dtype, shape: [x.length] }];
  const cast = (name: string, from: string, SrcT: number, DstT: number): Node => ({
    name,
    op: 'Cast',
    inputs: [from],
    attributes: { SrcT: { type: SrcT }, DstT: { type: DstT }, Truncate: { b: false } },
    outputs: outputs(DstT),
  });
  const T = { type: bfloat16 };
  const input = (label: string): Node => ({
    name: label,
    op: 'Input',
    inputs: [],
    attributes: {},
    outputs: outputs(float32),
    label,
  });
  const own = (name: string, inputs: string[]): Node => ({
    name,
    op: `Trainyard${name}`,
    inputs,
    attributes: { T },
    outputs: outputs(bfloat16),
  });
  const graph: Graph = {
    nodes: [
      input('x'),
      input('dy'),
      cast('half', 'x:0', float32, bfloat16),
      cast('change', 'dy:0', float32, bfloat16),
      own('Gelu', ['half:0']),
      own('GeluGrad', ['change:0', 'half:0']),
      cast('value', 'Gelu:0', bfloat16, float32),
      cast('gradient', 'GeluGrad:0', bfloat16, float32),
    ],
    outputs: ['value:0', 'gradient:0'],
    updates: new Map(),
  };
  const compiled = compile({ go: graph });
  const results = compiled.run('go', { x: tf.tensor1d(x), dy: tf.fill([x.length], dy) });
  compiled.dispose();
  return results.map((result) => result.dataSync() as Float32Array);
}

const bfloat16Of = (output: number) => (x: Float32Array) => inBfloat16(x, 0.3)[output] ?? new Float32Array();

const bytes = (x: Float32Array) => Buffer.from(x.buffer, x.byteOffset, x.byteLength);

/** All normal numbers. */
function everyBfloat16(): Float32Array {
  const words = Uint32Array.from({ length: 1 << 16 }, (_, i) => i << 16);
  return new Float32Array(words.buffer).filter((x) => Number.isFinite(x) && Math.abs(x) >= SMALLEST);
}

/** In double precision, by Python's `erfc`. */
function exactly(x: Float32Array): { value: number[]; slope: number[] } {
  const script = `
import array, json, math, sys
xs = array.array('f', sys.stdin.buffer.read())
share = [math.erfc(-x / math.sqrt(2)) / 2 for x in xs]
density = [math.exp(-x * x / 2) / math.sqrt(2 * math.pi) for x in xs]
print(json.dumps({'value': [x * s for x, s in zip(xs, share)], 'slope': [s + x * d for x, s, d in zip(xs, share, density)]}))`;
  return JSON.parse(python(script, [], Buffer.from(x.buffer, x.byteOffset, x.byteLength)));
}

type Distance = (actual: number, expected: number) => number;

/** The largest distance; where nothing normal is expected there must be nothing normal. */
function worst(
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  distance: Distance,
): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual?.[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    const far = Math.abs(b) >= SMALLEST ? distance(a, b) : Math.abs(a) <= SMALLEST ? 0 : Number.NaN;
    // Not `Math.max`, as NaN must not be lost.
    if (!(far <= largest)) largest = far;
  }
  return largest;
}

/** Distance in steps from one bfloat16, of 8 bits, to the next. */
function inSpacings(actual: number, expected: number): number {
  return Math.abs(actual - expected) / 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 7);
}

/** The gradient of what `network` makes of `[5,8]`, moved by a bias. */
function gradientGraph(network: (x: Tensor) => Tensor): Graph {
  const bias = tf.variable(tf.zeros([8]));
  const fn = ({ x }: Record<string, Tensor>) => {
    const { grads } = tf.variableGrads(() => {
      const y = network(tf.add(x as Tensor, bias));
      return tf.sum(tf.mul(y, drawn('changes', y.shape)));
    }, [bias]);
    return Object.values(grads);
  };
  return traceFixed(fn, () => [{ name: 'x', tensor: drawn('x', [5, 8]) }], 1, new Map([['bias', bias]]));
}

function run(graph: Graph): number[] {
  const compiled = compile({ go: graph });
  compiled.write(new Map([['bias', new Float32Array(8)]]));
  const [gradient] = compiled.run('go', { x: drawn('x', [5, 8]) });
  compiled.dispose();
  return [...(gradient?.dataSync() ?? [])];
}

const isOurs = ({ op }: Node) => op.startsWith('Trainyard');
const ours = ({ nodes }: Graph) => nodes.filter(isOurs).map(({ op }) => op);
