// The same pictures, answered three times: by the training's own evaluation, by Python's onnxruntime, and by a server.
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { readCard } from '../../models/card.ts';
import { type Prepare, preparePicture } from '../../models/image/prepare.ts';
import type { Shape } from '../../models/image/shape.ts';
import { dataType, decodeModel, type TensorProto } from '../../models/onnx/schema.ts';
import { createArchitecture } from '../../train/architectures/index.ts';
import type { State } from '../../train/graph/state.ts';
import { createParameters, disposeParameters } from '../../train/layers/net.ts';
import { createPredictor } from '../../train/loop/evaluate.ts';
import { argMax } from '../../train/loop/logits.ts';
import { resolveRecipe } from '../../train/recipes/index.ts';
import { python } from '../python.ts';

/** Pictures `[N,H,W,C]` uint8 for a model, and where it is. */
export interface Question {
  /** Path of the model file. */
  readonly file: string;
  readonly images: Uint8Array;
  readonly shape: Shape;
  /** Address of the server's `/classify`, with the model in the query. */
  readonly url: string;
}

/** How far the server's probabilities are from the others. */
export interface Agreement {
  readonly n: number;
  /**
   * Pictures whose pixels the model's rule changes before it is asked: training and Python are asked about what becomes
   * of them, as the server does.
   */
  readonly changedInputs: number;
  readonly fromTraining: number;
  readonly fromPython: number;
  /** Pictures whose most probable label is not the training's. */
  readonly changedLabels: number;
  /** The server's most probable labels. */
  readonly labels: readonly number[];
}

/** Pictures at a time in TensorFlow and onnxruntime. */
const BATCH = 500;

export async function compareThree({ file, images, shape, url }: Question): Promise<Agreement> {
  const card = readCard(readFileSync(file));
  const { labels } = card;
  const served = await servedAnswers(url, images, shape, labels);
  const inputs = prepared(images, shape, card.input.prepare);
  const trained = trainedAnswers(file, inputs, shape);
  const inPython = pythonAnswers(file, inputs, shape);
  const best = (all: Float32Array, i: number) =>
    argMax(all.subarray(i * labels.length, (i + 1) * labels.length));
  const n = served.length / labels.length;
  const chosen = Array.from({ length: n }, (_, i) => best(served, i));
  const size = sizeOf(shape);
  const same = (i: number) =>
    inputs.subarray(i * size, (i + 1) * size).every((value, k) => value === images[i * size + k]);
  return {
    n,
    changedInputs: chosen.filter((_, i) => !same(i)).length,
    fromTraining: largestDifference(served, trained),
    fromPython: largestDifference(served, inPython),
    changedLabels: chosen.filter((label, i) => label !== best(trained, i)).length,
    labels: chosen,
  };
}

/** `[N,H,W,C]` by the rule of the model's card. */
function prepared(images: Uint8Array, shape: Shape, rule: Prepare): Uint8Array {
  const [height, width, channels] = shape;
  if (channels !== 1 && channels !== 3) throw new Error(`${channels} channels are no picture`);
  const size = sizeOf(shape);
  const all = new Uint8Array(images.length);
  for (let at = 0; at < images.length; at += size) {
    const data = images.slice(at, at + size);
    all.set(preparePicture({ data, width, height, channels }, [height, width, channels], rule), at);
  }
  return all;
}

/**
 * Probabilities by the network that training evaluates, run by TensorFlow: the recipe's architecture with the weights
 * of the file, in which they keep their names.
 */
function trainedAnswers(file: string, images: Uint8Array, shape: Shape): Float32Array {
  const model = readFileSync(file);
  const card = readCard(model);
  if (card.tta !== 'none')
    throw new Error(`${file} averages over views, which training's evaluation does not`);
  const recipe = resolveRecipe(card.recipe);
  const architecture = createArchitecture(recipe.architecture, card.labels.length);
  const parameters = createParameters(architecture, shape, recipe.seed, () => ({
    values: Float32Array.from({ length: 100 * sizeOf(shape) }, (_, i) => Math.sin(i * i)),
    shape: [100, ...shape],
  }));
  const predictor = createPredictor(architecture, parameters, recipe.standardize, shape);
  disposeParameters(parameters);
  predictor.write(weightsOf(decodeModel(model).graph.initializer));
  const parts: number[] = [];
  for (let at = 0; at < images.length; at += BATCH * sizeOf(shape)) {
    const logits = predictor.logits(images.subarray(at, at + BATCH * sizeOf(shape)));
    for (let i = 0; i < logits.length; i += card.labels.length) {
      parts.push(...softmax(logits.subarray(i, i + card.labels.length)));
    }
  }
  predictor.dispose();
  return Float32Array.from(parts);
}

/** Kernels of convolutions are `[O,I,H,W]` in ONNX and `[H,W,I,O]` in TensorFlow; all other weights are the same. */
function weightsOf(initializers: readonly TensorProto[]): State {
  return new Map(
    initializers.flatMap(({ name, dims = [], data_type, raw_data }) => {
      if (name === undefined || raw_data === undefined || data_type !== dataType.FLOAT) return [];
      const values = new Float32Array(new Uint8Array(raw_data).buffer);
      const [outputs, inputs, height, width] = dims.map(Number);
      if (dims.length !== 4 || !outputs || !inputs || !height || !width) return [[name, values] as const];
      const moved = new Float32Array(values.length);
      let at = 0;
      for (let o = 0; o < outputs; o++)
        for (let i = 0; i < inputs; i++)
          for (let place = 0; place < height * width; place++)
            moved[(place * inputs + i) * outputs + o] = values[at++] ?? 0;
      return [[name, moved] as const];
    }),
  );
}

function softmax(logits: Float32Array): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

const script = `
import base64, json, sys, numpy, onnxruntime
images = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(-1, *json.loads(sys.argv[2]))
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
batch = int(sys.argv[3])
parts = [session.run(['probabilities'], {'image': images[i:i + batch]})[0] for i in range(0, len(images), batch)]
print(base64.b64encode(numpy.concatenate(parts).tobytes()).decode())`;

function pythonAnswers(file: string, images: Uint8Array, shape: Shape): Float32Array {
  const printed = python(script, [file, JSON.stringify(shape), String(BATCH)], Buffer.from(images));
  return new Float32Array(new Uint8Array(Buffer.from(printed, 'base64')).buffer);
}

/** Each picture as a PNG in a request of its own, sixteen at a time. */
async function servedAnswers(
  url: string,
  images: Uint8Array,
  shape: Shape,
  labels: readonly string[],
): Promise<Float32Array> {
  const [height, width, channels] = shape;
  const n = images.length / sizeOf(shape);
  const all = new Float32Array(n * labels.length).fill(Number.NaN);
  let next = 0;
  const client = async () => {
    while (next < n) {
      const i = next++;
      const pixels = images.slice(i * sizeOf(shape), (i + 1) * sizeOf(shape));
      if (channels !== 1 && channels !== 3) throw new Error(`${channels} channels are no picture`);
      const png = await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
      const response = await fetch(url, { method: 'POST', body: new Uint8Array(png) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`picture ${i} was answered ${response.status}: ${text}`);
      for (const { label, probability } of JSON.parse(text).predictions) {
        all[i * labels.length + labels.indexOf(label)] = probability;
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, client));
  return all;
}

/** NaN when a value is missing. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((largest, value, i) => {
    const gap = Math.abs(value - (b[i] ?? Number.NaN));
    return gap > largest || Number.isNaN(gap) ? gap : largest;
  }, 0);
}

function sizeOf([height, width, channels]: Shape): number {
  return height * width * channels;
}
