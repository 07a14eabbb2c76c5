// Comparing a network at sizes of its own choice takes no more memory than is allowed, however fast its tensors grow.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { BATCH, dynamicSize } from '../../../export/graph/dimensions.ts';
import { compareNetwork } from '../../../export/parity/compare-network.ts';
import { bytesOf, fitting, MOST_BYTES } from '../../../export/parity/memory.ts';
import { type Run, runsOf } from '../../../export/parity/questions.ts';
import { ANY_NUMBER, type TracedGraph } from '../../../export/trace/index.ts';
import { type Network, networkToOnnx, traceNetwork } from '../../../export/trace/network.ts';
import { DataType, tf } from '../../../train/graph/tensorflow.ts';

const [HEIGHT, WIDTH, LENGTH, ROWS, PAIRS, LESS] = [0, 1, 2, 3, 4, 5].map(dynamicSize) as [
  ...[number, number, number, number, number, number],
];

/** A record of one op whose result has such a shape, and of a weight; traced at 2x32x64 and a length of 12. */
function record(...shape: number[]): TracedGraph {
  const node = { inputs: [], attributes: {} };
  const dtype = DataType.float32;
  return {
    nodes: [
      { ...node, name: 'kernel', op: 'Variable', outputs: [{ dtype, shape: [1000] }] },
      { ...node, name: 'y', op: 'Relu', outputs: [{ dtype, shape }] },
    ],
    outputs: ['y:0'],
    updates: new Map(),
    names: new Map([
      [BATCH, ANY_NUMBER],
      [HEIGHT, 'height'],
      [WIDTH, 'width'],
      [LENGTH, 'words'],
    ]),
    samples: new Map([
      [BATCH, [2, 3, 2, 2, 2]],
      [HEIGHT, [32, 32, 64, 32, 32]],
      [WIDTH, [64, 64, 64, 128, 64]],
      [LENGTH, [12, 12, 12, 12, 20]],
      // Every second row; each place with each; one less than the pictures there are, which two traces have not.
      [ROWS, [16, 16, 32, 16, 16]],
      [PAIRS, [2048 ** 2, 2048 ** 2, 4096 ** 2, 4096 ** 2, 2048 ** 2]],
      [LESS, [0, 1, 0, 0, 0]],
    ]),
  };
}

describe('the bytes of a run', () => {
  const run: Run = { kinds: ['normal', 'zero', 'edges'], height: 48, width: 96, other: 7 };

  it.each<[string, number[], number]>([
    ['a number that is known', [5, 4], 20],
    ['no number', [], 1],
    ['nothing', [3, 0], 0],
    ['pictures', [BATCH, 2], 6],
    ['rows and columns', [HEIGHT, WIDTH], 48 * 96],
    ['a size of another name', [LENGTH], 7],
    ['half of the rows', [ROWS], 24],
    ['pairs of places', [PAIRS], (48 * 96) ** 2],
    ['what the first trace has none of', [LESS, 5], 0],
  ])('of %s are those of its floats, whatever the weights are', (_, shape, numbers) => {
    expect(bytesOf(record(...shape), run) / 4).toBeCloseTo(numbers, 3);
  });

  it('count what grows by some of the sizes alone where others make it vanish', () => {
    const graph = record(ROWS);
    const samples = new Map([...graph.samples, [ROWS, [16, 16, 32, 0, 16]] as const]);
    expect(bytesOf({ ...graph, samples }, run) / 4).toBeCloseTo(24, 9);
  });

  it('are those allowed, or fewer, by kinds apart and then by halves that are not below 8', () => {
    const graph = record(BATCH, HEIGHT, WIDTH);
    const most = (numbers: number) => fitting([run], graph, 4 * numbers);
    expect(most(3 * 48 * 96)).toEqual([run]);
    const apart = run.kinds.map((kind) => ({ ...run, kinds: [kind] }));
    expect(most(3 * 48 * 96 - 1)).toEqual(apart);
    const halves = apart.map((each) => ({ ...each, height: 24, width: 48 }));
    expect(most(48 * 96 - 1)).toEqual(halves);
    expect(most(10 * 12)).toEqual(apart.map((each) => ({ ...each, height: 8, width: 12 })));
    // Smaller than that it does not get, so that it is asked as it is.
    const [smallest] = most(8 * 8 - 1);
    expect(smallest).toMatchObject({ height: 8, width: 8, other: 7 });
    const odd = fitting(
      [{ ...run, kinds: ['zero'], height: 97, width: 5, other: 65 }],
      record(HEIGHT, LENGTH),
      4 * 97 * 64,
    );
    expect(odd).toEqual([{ kinds: ['zero'], height: 49, width: 5, other: 33 }]);
  });
});

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
