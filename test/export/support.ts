// What the exporter's tests share: exporting a tfjs function, and holding it against onnxruntime and onnx's checker.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { convert } from '../../export/convert.ts';
import { ANY_NUMBER, type InputType, type TracedGraph, traceModel } from '../../export/trace/index.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { stateOf } from '../../train/graph/state.ts';
import { tf, uint8Tensor, valuesOf } from '../../train/graph/tensorflow.ts';
import { normal, random } from '../../train/random.ts';
import { python } from '../python.ts';
import { ONE_THREAD } from './one-thread.ts';

/** An input of a tested function; a first dimension of -1 is the batch, 'height' and 'width' may vary as well. */
export interface InputSpec {
  shape: readonly (number | 'height' | 'width')[];
  type?: InputType;
  /** Values from this range instead of a normal distribution. */
  range?: readonly [number, number];
  /** Values from this list instead. */
  among?: readonly number[];
}

/** A tfjs function whose export is compared with it. */
export interface Case {
  name: string;
  inputs: readonly InputSpec[];
  fn: (...inputs: Tensor[]) => Tensor | Tensor[];
  variables?: ReadonlyMap<string, Variable>;
  /** The first operator set that has the op; 13 by default. */
  oldest?: number;
  /** Largest difference allowed, relative to 1 or to the value, whichever is larger. */
  tolerance?: number;
}

const call = (subject: Case, inputs: readonly Tensor[]): Tensor[] => [subject.fn(...inputs)].flat();

/** Traces the function of a case: its inputs are called x0, x1 and so on. */
export function traceCase(subject: Case): TracedGraph {
  const inputs = subject.inputs.map(({ shape, type = 'float32' }, i) => ({
    name: `x${i}`,
    type,
    shape: shape.map((size) => (size === -1 ? ANY_NUMBER : size)),
  }));
  return traceModel((tensors) => call(subject, tensors), inputs, subject.variables ?? new Map());
}

/** Exports the function of a case; the outputs are called y0, y1 and so on. */
export function exportCase(subject: Case, opset?: number, graph = traceCase(subject)): ModelProto {
  const outputs = graph.outputs.map((_, i) => `y${i}`);
  return convert(graph, stateOf(subject.variables ?? new Map()), {
    name: subject.name,
    outputs,
    ...(opset === undefined ? {} : { opset }),
  });
}

/** Largest difference between eager tfjs and onnxruntime over several batch sizes, relative to 1 or the value. */
export async function largestDifference(
  subject: Case,
  model: Uint8Array,
  batches: readonly number[] = [1, 2, 7],
): Promise<number> {
  const varies = subject.inputs.some(({ shape }) => shape.includes('height'));
  const sizes = varies ? HEIGHTS_AND_WIDTHS : [{ height: 1, width: 1 }];
  const parts: number[] = [];
  for (const size of sizes) parts.push(await largestAtSize(subject, model, batches, size));
  return Math.max(...parts);
}

/** Even and odd, larger and smaller than what was traced. */
const HEIGHTS_AND_WIDTHS = [
  { height: 24, width: 37 },
  { height: 33, width: 16 },
  { height: 47, width: 47 },
  { height: 14, width: 26 },
];

type Size = (typeof HEIGHTS_AND_WIDTHS)[number];

async function largestAtSize(
  subject: Case,
  model: Uint8Array,
  batches: readonly number[],
  size: Size,
): Promise<number> {
  const session = await ort.InferenceSession.create(model, ONE_THREAD);
  let largest = 0;
  for (const batch of batches) {
    const inputs = makeInputs(subject, batch, size);
    const tensors = inputs.map(tfTensor);
    const expected = tf.tidy(() =>
      call(subject, tensors).map((tensor) => ({ shape: tensor.shape, values: valuesOf(tensor) })),
    );
    tf.dispose(tensors);
    const feeds = Object.fromEntries(inputs.map((input, i) => [`x${i}`, ortTensor(input)]));
    const got = await session.run(feeds);
    expected.forEach(({ shape, values }, i) => {
      const result = got[`y${i}`];
      if (result?.dims.join() !== shape.join())
        throw new Error(`y${i} has shape [${result?.dims}], expected [${shape}]`);
      largest = Math.max(largest, difference(values, result.data as ArrayLike<number>));
    });
  }
  await session.release();
  return largest;
}

/** NaN equals NaN, infinities equal themselves. */
export function difference(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(expected[i]), Number(got[i])];
    if (Object.is(a, b) || a === b) continue;
    const gap = Math.abs(a - b) / Math.max(1, Math.abs(a));
    largest = Math.max(largest, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
  }
  return largest;
}

interface Input {
  type: InputType;
  shape: number[];
  values: number[];
}

function makeInputs(subject: Case, batch: number, sizes: Size): Input[] {
  return subject.inputs.map(({ shape: spec, type = 'float32', range, among }, i) => {
    const shape = spec.map((size) => (size === -1 ? batch : typeof size === 'string' ? sizes[size] : size));
    const next = random(7, `${subject.name}/x${i}`, batch);
    const draw: Record<InputType, () => number> = {
      float32: () =>
        among
          ? (among[Math.floor(next() * among.length)] ?? 0)
          : range
            ? range[0] + next() * (range[1] - range[0])
            : normal(next),
      int32: () => Math.floor(draw.float32()),
      uint8: () => Math.floor(next() * 256),
      bool: () => Math.round(next()),
    };
    const size = shape.reduce((product, n) => product * n, 1);
    return { type, shape, values: Array.from({ length: size }, draw[type]) };
  });
}

function ortTensor({ type, shape, values }: Input): ort.Tensor {
  if (type === 'float32') return new ort.Tensor('float32', Float32Array.from(values), shape);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(values), shape);
  return new ort.Tensor(type, Uint8Array.from(values), shape);
}

function tfTensor({ type, shape, values }: Input): Tensor {
  if (type === 'uint8') return uint8Tensor(Uint8Array.from(values), shape);
  return tf.tensor(type === 'bool' ? values.map(Boolean) : values, shape, type);
}

const checker = `
import glob, onnx, sys
paths = sorted(glob.glob(sys.argv[1] + '/*.onnx'))
for path in paths:
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:
        print(path.split('/')[-1], ':', error)
print(len(paths), 'checked')`;

/**
 * Runs onnx's full check and strict shape inference on models, in one go.
 * @returns What Python printed: a line for each failure, then how many were checked.
 */
export function checkModels(models: ReadonlyMap<string, Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-check-'));
  try {
    for (const [name, bytes] of models)
      writeFileSync(join(folder, `${name.replace(/[^\w.-]+/g, '_')}.onnx`), bytes);
    return python(checker, [folder]).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How often each operator occurs in a model. */
export function operatorCounts(model: ModelProto): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op_type } of model.graph.node) counts[op_type] = (counts[op_type] ?? 0) + 1;
  return counts;
}
