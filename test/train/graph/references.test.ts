// Arrays whose memory TensorFlow shares: what its threads drop is let go of by our thread, when it makes the next one.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { compile } from '../../../train/graph/compile.ts';
import type { Graph, Node } from '../../../train/graph/graph.ts';
import { DataType, tensorId, tf } from '../../../train/graph/tensorflow.ts';

const [COUNT, LENGTH] = [8, 64];

/** TensorFlow copies what doesn't begin at a multiple of 64 bytes: of arrays so far apart every fourth does. */
const APART = LENGTH * 4 + 16;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

it('deletes no reference on a thread of TensorFlow’s', async () => {
  const compiled = compile({ go: additions() });
  const x = tf.ones([LENGTH]);
  tensorId(x);
  const arrays = write(compiled.write);
  const living = async () => {
    await setImmediate();
    collect();
    return arrays.filter((array) => array.deref() !== undefined).length;
  };
  const shared = await living();
  expect(shared).toBe(COUNT / 4);

  // The variables get new values, and the threads that assign them drop the old ones; without ours none lives here.
  tf.dispose(compiled.run('go', { x }));
  expect(await living()).toBe(shared);

  tensorId(tf.tensor([1]));
  expect(await living()).toBe(0);
  expect(compiled.read().get('v3')).toEqual(new Float32Array(LENGTH).fill(4));
  compiled.dispose();
});

/** Gives each variable its number, in an array that nobody else holds. */
function write(to: (state: Map<string, Float32Array>) => void): WeakRef<Float32Array>[] {
  const memory = new ArrayBuffer(COUNT * APART);
  const arrays = Array.from({ length: COUNT }, (_, i) => new Float32Array(memory, i * APART, LENGTH).fill(i));
  to(new Map(arrays.map((array, i) => [`v${i}`, array])));
  return arrays.map((array) => new WeakRef(array));
}

/** Adds x to each variable. */
function additions(): Graph {
  const outputs = [{ dtype: DataType.float32, shape: [LENGTH] }];
  const own = (name: string, op: string, label: string): Node => ({
    ...{ name, op, label, outputs },
    ...{ inputs: [], attributes: {} },
  });
  const names = Array.from({ length: COUNT }, (_, i) => `v${i}`);
  const nodes = names.flatMap((name): Node[] => [
    own(name, 'Variable', name),
    {
      ...{ name: `${name}-next`, op: 'AddV2', inputs: [`${name}:0`, 'x:0'], outputs },
      attributes: { T: { type: DataType.float32 } },
    },
  ]);
  return {
    nodes: [own('x', 'Input', 'x'), ...nodes],
    outputs: ['x:0'],
    updates: new Map(names.map((name) => [name, `${name}-next:0`])),
  };
}
