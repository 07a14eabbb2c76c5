// A random network at each level of onnxruntime's optimizer, on inputs of every kind, against eager tfjs: where one level
// answers otherwise, a fusion of onnxruntime is wrong; where all do, our conversion is.
import { encodeModel } from '../../models/onnx/schema.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { normal, random } from '../../train/random.ts';
import { ONE_THREAD } from './one-thread.ts';
import { buildNetwork, type Network } from './random-networks.ts';
import { exportCase } from './support.ts';

export const LEVELS = ['all', 'extended', 'basic', 'disabled'] as const;

const KINDS: Readonly<Record<string, (next: () => number) => number>> = {
  normal: (next) => normal(next),
  negative: (next) => -1 - next(),
  zero: () => 0,
  large: (next) => 300 * normal(next),
};

/** Of an output's largest value or of 1: rounding was below 3e-4 in 2,200 networks, wrong fusions above 3e-3. */
const GROSS = 1e-3;

/** What a network's file answers otherwise than tfjs: level, kind of inputs and difference; empty when all is well. */
export async function disagreements(description: Network): Promise<string[]> {
  const subject = buildNetwork(description);
  const model = encodeModel(exportCase(subject));
  const dims = [2, ...description.size];
  const questions = Object.entries(KINDS).map(([kind, draw]) => {
    const next = random(9, `levels/${kind}`);
    const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => draw(next));
    const input = tf.tensor(values, dims);
    const expected = tf.tidy(() => Float32Array.from([subject.fn(input)].flat()[0]?.dataSync() ?? []));
    input.dispose();
    return { kind, values, expected };
  });
  const found: string[] = [];
  for (const graphOptimizationLevel of LEVELS) {
    try {
      const session = await ort.InferenceSession.create(model, { ...ONE_THREAD, graphOptimizationLevel });
      for (const { kind, values, expected } of questions) {
        const { y0 } = await session.run({ x0: new ort.Tensor('float32', values, dims) });
        const gap = gapOf(expected, y0?.data as Float32Array);
        if (!(gap <= GROSS)) found.push(`${graphOptimizationLevel}, ${kind}: ${gap.toExponential(1)}`);
      }
      await session.release();
    } catch (error) {
      found.push(`${graphOptimizationLevel}: ${error}`);
    }
  }
  tf.dispose([...(subject.variables?.values() ?? [])]);
  return found;
}

function gapOf(expected: Float32Array, got: Float32Array): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  let [largest, scale] = [0, 1];
  expected.forEach((value, i) => {
    const other = got[i] ?? Number.NaN;
    if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    if (Object.is(value, other) || value === other) return;
    const gap = Math.abs(value - other);
    largest = Math.max(largest, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
  });
  return largest / scale;
}
