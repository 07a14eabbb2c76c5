// When a file answers as its network does: within a tolerance, or no further apart than rounding moves the network itself.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { ANSWER_TOLERANCE } from '../../../export/parity/allowed.ts';
import { compareNetwork } from '../../../export/parity/compare-network.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import { type Network, networkToOnnx, traceNetwork } from '../../../export/trace/network.ts';
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

type Fn = (x: Tensor) => Tensor | Tensor[];

const network = (fn: Fn, shape: readonly (number | string)[] = [2], outputs = ['y']): Network => ({
  ...{ name: 'test', outputs, variables: new Map() },
  inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, ...shape] }],
  run: ([x]) => [fn(x as Tensor)].flat(),
});

/** A network that answers by one function, and a file that answers by another. */
async function compared(
  fn: Fn,
  other: Fn,
  shape?: readonly (number | string)[],
  tolerance?: number,
  outputs?: string[],
) {
  const [reference, candidate] = [network(fn, shape, outputs), network(other, shape, outputs)];
  return compareNetwork(reference, networkToOnnx(candidate), traceNetwork(candidate).graph, { tolerance });
}

/** The same numbers whatever the input is. */
const always = (values: number[], dims: number[]) => (x: Tensor) =>
  tf.add(tf.mul(tf.clipByValue(x, 0, 1), 0), tf.tensor(values, dims));

describe('a file that answers the same', () => {
  it('holds in every run, of which sizes are said where they vary', async () => {
    expect(
      await compared(
        (x) => tf.relu(x),
        (x) => tf.relu(x),
      ),
    ).toEqual({
      ...{ runs: 4, sizes: [], output: 'y', largestDifference: 0, roundings: 0, holds: true },
      inputs: 'from 0 to 1',
    });
    const { runs, sizes } = await compared(
      (x) => tf.relu(x),
      (x) => tf.relu(x),
      ['height', 3, 1],
    );
    expect({ runs, sizes }).toEqual({ runs: 9, sizes: ['96', '65', '128', '40', '14', '193', '256'] });
  });

  it('is let go of with all that it was asked', async () => {
    const same = network((x) => tf.relu(x));
    const [model, { graph }] = [networkToOnnx(same), traceNetwork(same)];
    const { numTensors } = tf.memory();
    await compareNetwork(same, model, graph);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('says the inputs and the output that are furthest apart', async () => {
    // Only numbers from 300 on are answered otherwise, by less than is allowed.
    const first: Fn = (x) => tf.relu(x);
    const second = (off: number) => (x: Tensor) =>
      tf.add(tf.clipByValue(x, -1, 1), tf.mul(tf.clipByValue(tf.sub(x, 300), 0, 1), off));
    const [fn, other] = [0, 5e-6].map((off) => (x: Tensor) => [first(x), second(off)(x)].flat());
    const found = await compared(fn as Fn, other as Fn, [9], undefined, ['first', 'second']);
    expect(found).toMatchObject({ output: 'second', inputs: 'large', holds: true, roundings: 0 });
    expect(found.largestDifference).toBeGreaterThan(3e-6);
    expect(found.largestDifference).toBeLessThan(ANSWER_TOLERANCE);
  });

  it('says the first inputs, of all their kinds, of several that are as far apart', async () => {
    // Only below 0, where the first run has nothing.
    const below = (off: number) => (x: Tensor) => tf.mul(tf.clipByValue(tf.neg(tf.mul(x, 1e6)), 0, 1), off);
    const { inputs } = await compared(below(0), below(5e-6), [9]);
    expect(inputs).toBe('normal, negative, zero, constant');
  });

  it.each<[number, boolean]>([
    [9e-6, true],
    [2e-5, false],
  ])('but for %d, holds: %s', async (off, holds) => {
    const found = await compared(always([1, 1], [2]), always([1, 1 + off], [2]));
    expect(found.holds).toBe(holds);
    expect(Math.abs(found.largestDifference / off - 1)).toBeLessThan(0.01);
    // Of exact numbers rounding moves none.
    expect(found.roundings).toBe(holds ? 0 : Number.POSITIVE_INFINITY);
  });

  it.each<[number, number, boolean]>([
    [2e-5, 1e-4, true],
    [9e-6, 1e-6, false],
  ])('but for %d, where %d is allowed, holds: %s', async (off, tolerance, holds) => {
    const found = await compared(always([1, 1], [2]), always([1, 1 + off], [2]), [2], tolerance);
    expect(found).toMatchObject({ holds, roundings: 0 });
  });

  it('of large numbers is off by a share of them', async () => {
    expect((await compared(always([1000, 1], [2]), always([1000.009, 1], [2]))).holds).toBe(true);
    expect((await compared(always([0.01, 1], [2]), always([0.01002, 1], [2]))).holds).toBe(false);
  });
});

describe('small numbers among large ones', () => {
  it.each<[string, number[], number[], number[], boolean]>([
    ['of their channel, are off by a share of those', [1000, 1], [1000, 1.0019], [2, 1], true],
    ['of their channel, but by more', [1000, 1], [1000, 1.0021], [2, 1], false],
    ['of another channel', [1000, 1], [1000, 1.0019], [1, 2], false],
    ['of their channel in another row', [1, 1, 1000, 1], [1.0019, 1, 1000, 1], [2, 2], true],
    ['that are negative', [-1000, 1], [-1000, 1.0019], [2, 1], true],
    ['that are infinite', [Number.POSITIVE_INFINITY, 1], [Number.POSITIVE_INFINITY, 1.0019], [2, 1], false],
    ['which are none in the file', [1000, 1], [1000, Number.NaN], [2, 1], false],
    ['which are none in both', [Number.NaN, 1], [Number.NaN, 1], [2, 1], true],
  ])('%s', async (_, values, others, dims, holds) => {
    const found = await compared(
      always(values, dims),
      always(others, dims),
      [2, 1].map((_, i) => dims[i] ?? 1),
    );
    expect(found.holds).toBe(holds);
  });

  it('are no matter where a tolerance is given', async () => {
    const found = await compared(always([1000, 1], [2, 1]), always([1000, 1.0019], [2, 1]), [2, 1], 1e-5);
    expect(found).toMatchObject({ holds: false, roundings: 0 });
  });
});

describe('as far as rounding goes', () => {
  /** What rounds at a thousand: by up to 5e-4 in the replays. */
  const cancel = (off: number) => (x: Tensor) =>
    tf.sub(tf.add(tf.clipByValue(tf.mul(x, 1 / 3), -1, 1), 1000 + 1 / 3), 1000 - off);

  it.each<[number, boolean]>([
    [1.5e-3, true],
    [8e-3, false],
  ])('a file that is off by %d holds: %s', async (off, holds) => {
    const found = await compared(cancel(0), cancel(off), [64]);
    expect(found.holds).toBe(holds);
    expect(found.roundings).toBeGreaterThan(holds ? 1 : 8);
    expect(found.roundings).toBeLessThan(holds ? 8 : 80);
    expect(found.largestDifference).toBeGreaterThan(off / 2);
    expect(found.largestDifference).toBeLessThan(off * 2);
  });

  it('an output that holds is not told of where another does not, however far apart it is', async () => {
    const [fn, other] = [0, 1.5e-3].map(
      (off): Fn =>
        (x) => [cancel(off)(x), always([1 + off / 50], [1])(x)],
    );
    const found = await compared(fn as Fn, other as Fn, [64], undefined, ['far', 'wrong']);
    expect(found).toMatchObject({ output: 'wrong', holds: false });
    expect(found.largestDifference).toBeLessThan(1e-4);
  });

  it('is asked of all outputs where one is further apart than the tolerance', async () => {
    const [fn, other] = [0, 1.5e-3].map(
      (off): Fn =>
        (x) => [tf.relu(x), cancel(off)(x)],
    );
    const found = await compared(fn as Fn, other as Fn, [64], undefined, ['same', 'far']);
    expect(found).toMatchObject({ output: 'far', holds: true });
    expect(found.roundings).toBeGreaterThan(1);
  });

  it('where the network cannot be recorded, a ten-thousandth is allowed', async () => {
    const reads: Fn = (x) => {
      x.dataSync();
      return always([1, 1], [2])(x);
    };
    const at = async (off: number) => {
      const candidate = network(always([1, 1 + off], [2]));
      return compareNetwork(network(reads), networkToOnnx(candidate), traceNetwork(candidate).graph);
    };
    expect(await at(5e-5)).toMatchObject({ holds: true, roundings: 0 });
    expect(await at(2e-4)).toMatchObject({ holds: false });
  });

  it('where rounding makes a number of infinity, the distance between the two says nothing', async () => {
    const fn: Fn = (x) => tf.log(tf.sub(1, tf.sigmoid(x)));
    const found = await compared(fn, fn, [64]);
    expect(found.holds).toBe(true);
    expect(found.largestDifference).toBeLessThan(0.1);
  });
});

describe('what rounding alone decides', () => {
  /** A sine after thousands of turns of the first numbers, from `least` on. */
  const turns =
    (count: number, least: number, speed = 1, numbers = 20): Fn =>
    (x) => {
      const speeds = Array.from({ length: numbers }, (_, i) => (i < count ? speed * 1e9 : 0));
      return tf.sin(tf.mul(tf.relu(tf.sub(tf.add(tf.abs(x), 1.1), least)), tf.tensor(speeds)));
    };

  it.each<[string, number, number, boolean]>([
    ['on some inputs, does not hold against a file', 20, 50, true],
    ['on all of them, proves nothing', 20, 0, false],
    ['of a tenth of the numbers, neither', 2, 0, false],
  ])('%s', async (_, count, least, holds) => {
    const found = await compared(turns(count, least), turns(count, least, 1.5), [20]);
    expect(found).toMatchObject({ holds, roundings: 1 });
  });

  it('of fewer numbers, is held against what the replays have shown', async () => {
    const { roundings } = await compared(turns(1, 0, 1, 1000), turns(1, 0, 1.5, 1000), [1000]);
    expect(roundings).not.toBe(1);
    expect(roundings).toBeGreaterThan(0);
  });
});

describe('what fails', () => {
  it('in the network on some inputs is left out, on all of them is its own error', async () => {
    const fails =
      (isBad: (x: Tensor) => boolean): Fn =>
      (x) => {
        if (isBad(x)) throw new Error('only small ones');
        return tf.neg(x);
      };
    const largest = (x: Tensor) => Math.max(...x.dataSync().map(Math.abs));
    const candidate = network((x) => tf.neg(x), ['words']);
    const against = (fn: Fn) =>
      compareNetwork(network(fn, ['words']), networkToOnnx(candidate), traceNetwork(candidate).graph);
    // Of numbers below 500; the sizes of what is left out are not named.
    expect(await against(fails((x) => largest(x) > 500))).toMatchObject({
      runs: 3,
      sizes: ['12', '7', '33'],
      holds: true,
    });
    await expect(against(fails(() => true))).rejects.toThrow('only small ones');
  });

  it('in the file is said with sizes and kinds', async () => {
    const model = networkToOnnx(network((x) => tf.neg(x), [3]));
    const reference = network((x) => tf.neg(x), ['words']);
    const found = compareNetwork(reference, model, traceNetwork(reference).graph);
    await expect(found).rejects.toThrow(UserError);
    await expect(found).rejects.toThrow(
      /^test was not exported: onnxruntime fails where tfjs answers, with x \[1,12\] of from 0 to 1: [^\n]+\. Nothing was written; this is a bug in export\/\.$/,
    );
  });

  it('in the file is said with all kinds of a run', async () => {
    const reference = network((x) => tf.neg(x), [3]);
    const alone = { ...reference, inputs: [{ name: 'x', type: 'float32' as const, shape: [1, 3] }] };
    await expect(
      compareNetwork(reference, networkToOnnx(alone), traceNetwork(reference).graph),
    ).rejects.toThrow('with x [4,3] of normal, negative, zero, constant: ');
  });

  it('to give an output, or as many numbers, is as far apart as can be', async () => {
    const reference = network((x) => tf.neg(x), [3]);
    const { graph } = traceNetwork(reference);
    const lacking = networkToOnnx({ ...reference, outputs: ['z'] });
    const infinite = {
      holds: false,
      largestDifference: Number.POSITIVE_INFINITY,
      roundings: Number.POSITIVE_INFINITY,
    };
    expect(await compareNetwork(reference, lacking, graph)).toMatchObject(infinite);
    expect(
      await compared(
        (x) => tf.neg(x),
        (x) => tf.tile(tf.neg(x), [1, 2]),
        [3],
      ),
    ).toMatchObject(infinite);
  });
});
