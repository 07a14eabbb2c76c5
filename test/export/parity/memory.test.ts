// Comparing a network at sizes of its own choice takes no more memory than is allowed, however fast its tensors grow.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compareNetwork } from '../../../export/parity/compare-network.ts';
import { bytesOf, fitting, MOST_BYTES } from '../../../export/parity/memory.ts';
import { type Run, runsOf } from '../../../export/parity/questions.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import { type Network, networkToOnnx, traceNetwork } from '../../../export/trace/network.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

const kernel = tf.randomNormal([3, 3, 3, 4], 0, 0.3, 'float32', 1) as Tensor4D;

function network(name: string, fn: (x: Tensor4D) => Tensor, size = ['height', 'width']): Network {
  return {
    name,
    inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, ...size, 3] }],
    outputs: ['y'],
    run: ([x]) => [fn(x as Tensor4D)],
    variables: new Map(),
  };
}

/** Every place looks at every place. */
const attention = network('attention', (x) => {
  const [batch, height, width] = x.shape;
  const places = tf.reshape(tf.conv2d(x, kernel, 1, 'same'), [batch, height * width, 4]) as Tensor3D;
  const pairs = tf.reshape(tf.matMul(places, places, false, true), [batch, (height * width) ** 2]);
  const shares = tf.softmax(tf.reshape(pairs, [batch, height * width, height * width])) as Tensor3D;
  return tf.reshape(tf.matMul(shares, places), [batch, height, width, 4]);
});

const halving = network('halving', (x) => {
  const half = tf.maxPool(tf.relu(tf.conv2d(x, kernel, 2, 'same')), 2, 2, 'same');
  return tf.mean(half, [1, 2]);
});

/** Bytes that tfjs says it holds at the end of a run. */
function bytesInTfjs({ run }: Network, inputs: readonly Tensor[]): number {
  return tf.tidy(() => {
    const before = tf.memory().numBytes;
    run(inputs);
    return tf.memory().numBytes - before;
  });
}

describe.each([attention, halving])('$name', (each) => {
  const { graph } = traceNetwork(each);

  it('takes what is estimated, at sizes that were not traced', () => {
    for (const [height, width] of [
      [24, 37],
      [33, 16],
      [64, 48],
    ] as const) {
      const run: Run = { kinds: ['normal', 'zero'], height, width, other: 1 };
      const held = tf.tidy(() => bytesInTfjs(each, [tf.zeros([2, height, width, 3])]));
      const estimated = bytesOf(graph, run);
      // The input is one of the results.
      expect(estimated / (held + 4 * 2 * height * width * 3)).toBeGreaterThan(0.9);
      expect(estimated / (held + 4 * 2 * height * width * 3)).toBeLessThan(1.5);
    }
  });

  it('is compared on every kind of number, at several sizes of which none takes more than allowed', () => {
    const runs = fitting(runsOf(each.inputs), graph);
    expect(runs.every((run) => bytesOf(graph, run) <= MOST_BYTES)).toBe(true);
    expect(new Set(runs.flatMap(({ kinds }) => kinds))).toEqual(
      new Set(runsOf(each.inputs).flatMap(({ kinds }) => kinds)),
    );
    expect(new Set(runs.map(({ height, width }) => `${height}x${width}`)).size).toBeGreaterThan(6);
  });
});

it('changes nothing where tensors are small, and asks one kind after another where sizes are fixed', () => {
  const runs = runsOf(halving.inputs);
  expect(fitting(runs, traceNetwork(halving).graph)).toEqual(runs);
  const fixed = network('fixed', (x) => tf.relu(x), ['16', '16']);
  const sized = {
    ...fixed,
    inputs: fixed.inputs.map((input) => ({ ...input, shape: [ANY_NUMBER, 16, 16, 3] })),
  };
  const alone = fitting(runsOf(sized.inputs), traceNetwork(sized).graph, 1);
  expect(alone.every(({ kinds }) => kinds.length === 1)).toBe(true);
  expect(alone.flatMap(({ kinds }) => kinds)).toEqual(runsOf(sized.inputs).flatMap(({ kinds }) => kinds));
});

it('no run of a comparison takes more than allowed, and the sizes are said', async () => {
  const most = 2 ** 24;
  const asked = new Set<string>();
  let held = 0;
  const watched: Network = {
    ...attention,
    run(inputs) {
      const [, height, width] = inputs[0]?.shape ?? [];
      asked.add(`${height}x${width}`);
      held = Math.max(held, bytesInTfjs(attention, inputs));
      return attention.run(inputs);
    },
  };
  const { graph } = traceNetwork(attention);
  const found = await compareNetwork(watched, networkToOnnx(attention), graph, { mostBytes: most });
  expect(found).toMatchObject({ holds: true, runs: 14 });
  expect(held).toBeGreaterThan(most / 8);
  expect(held).toBeLessThan(most);
  expect([...asked]).toEqual(found.sizes);
});
