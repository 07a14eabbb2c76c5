// The tracer records what runs, and refuses what a graph could not repeat.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../train/graph/compile.ts';
import { type Traceable, traceDynamic, traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { statelessUniform } from '../../../train/layers/dropout.ts';

/** Values, 4 bytes each. */
const LARGE = 16 * 2 ** 20;

const vector = (n: number) => [{ name: 'x', tensor: tf.range(0, n * 2).reshape([n, 2]) }];
const trace = (fn: (x: Tensor) => Tensor[]) => traceFixed(withX(fn), vector, 4, new Map());
const traceAny = (fn: (x: Tensor) => Tensor[]) => traceDynamic(withX(fn), vector, new Map());

describe('traceFixed', () => {
  it('records ops, constants and shapes', () => {
    const graph = trace((x) => [tf.relu(tf.add(x, tf.tensor1d([1, -9])))]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(
      ['Input', 'Const', 'AddV2', 'Relu'].map(expectAdd(graph)),
    );
    expect(graph.outputs).toEqual([`${graph.nodes.at(-1)?.name}:0`]);
    expect(graph.nodes.at(-1)?.outputs).toEqual([{ dtype: 1, shape: [4, 2] }]);
  });

  it.each([
    ['randomUniform', (x: Tensor) => tf.mul(x, tf.randomUniform([4, 2]))],
    ['randomNormal', (x: Tensor) => tf.mul(x, tf.randomNormal([4, 2], 0, 1, 'float32', 7))],
    ['dropout', (x: Tensor) => tf.dropout(x, 0.5)],
    // The same mask in every trace.
    ['dropout', (x: Tensor) => tf.dropout(x, 0.5, undefined, 7)],
  ])('refuses tf.%s, with a seed or without', (name, draw) => {
    expect(() => trace((x) => [draw(x)])).toThrow(`the step calls tf.${name}`);
  });

  it('refuses what Math.random draws, names the constant’s op, and what to draw by instead, which is not refused', () => {
    const message = /constant of Mul \(n\d+, output \[4,2\]\).*nn\.uniform\(net, name, shape\)/;
    expect(() => trace((x) => [tf.mul(x, Math.random())])).toThrow(message);
    const graph = trace((x) => [
      tf.mul(x, statelessUniform([4, 2], tf.cast(tf.slice(x, [0, 0], [1, 2]), 'int32').flatten())),
    ]);
    expect(graph.nodes.map(({ op }) => op)).toContain('StatelessRandomUniform');
  });

  it('refuses the clock', () => {
    let time = 0;
    expect(() => trace((x) => [tf.mul(x, ++time)])).toThrow(/random numbers or reads the clock/);
  });

  it('refuses to read computed values back', () => {
    expect(() => trace((x) => [tf.mul(x, tf.sum(x).dataSync()[0] ?? 0)])).toThrow(
      /reads a computed value back/,
    );
  });

  it('holds the values of one large result at a time', () => {
    const before = process.resourceUsage().maxRSS;
    const graph = trace((x) => {
      let sum = tf.add(tf.fill([LARGE], 1), tf.sum(x));
      for (let i = 0; i < 25; i++) sum = tf.add(sum, sum);
      return [tf.sum(sum)];
    });
    expect(graph.nodes.filter(({ op }) => op.startsWith('Add'))).toHaveLength(26);
    // MB. Kept, the results of a trace would take 1.7 GB. Measured: 72.
    expect((process.resourceUsage().maxRSS - before) / 1e3).toBeLessThan(150);
  });

  it('leaves the backend as it found it, also after an error', () => {
    expect(() =>
      trace(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect([...tf.add(1, 2).dataSync()]).toEqual([3]);
  });
});

describe('traceDynamic', () => {
  it('serves every batch size', () => {
    const compiled = compile({ go: traceAny((x) => [tf.reshape(tf.mul(x, 2), [x.shape[0] ?? 0, 1, 2])]) });
    for (const n of [1, 2, 5]) {
      const [y] = compiled.run('go', { x: tf.ones([n, 2]) });
      expect(y?.shape).toEqual([n, 1, 2]);
      expect([...(y?.dataSync() ?? [])]).toEqual(Array(n * 2).fill(2));
    }
    compiled.dispose();
  });

  it('refuses a constant that depends on the batch, and names the op', () => {
    expect(() => traceAny((x) => [tf.div(x, x.shape[0] ?? 1)])).toThrow(
      /constant of (RealDiv|Div).*batch size/,
    );
  });
});

function withX(fn: (x: Tensor) => Tensor[]): Traceable {
  return ({ x }) => {
    if (!x) throw new Error('x is missing');
    return fn(x);
  };
}

/** tfjs-node adds with `Add` or `AddV2`, by version. */
function expectAdd(graph: { nodes: readonly { op: string }[] }) {
  const add = graph.nodes.find(({ op }) => op.startsWith('Add'))?.op ?? 'Add';
  return (op: string) => (op === 'AddV2' ? add : op);
}
