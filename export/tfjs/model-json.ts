// A tfjs model.json and its weight files: checked against each other before anything of their size is read.

import { createHash } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { loadLayersModel } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { messageOf, UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { findCycle } from './cycles.ts';
import { fromKeras3, isKeras3 } from './keras-3/topology.ts';

/** The largest model.json that is read, bytes. tfjs keeps weights in other files; 20 MB is a very large graph. */
const LARGEST_JSON = 256 * 2 ** 20;

const size = z.int().min(0);

const quantization = z.object({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  min: z.number().optional(),
  scale: z.number().optional(),
  original_dtype: z.string().optional(),
});

const weight = z.object({
  name: z.string().min(1),
  shape: z.array(size),
  dtype: z.enum(['float32', 'int32', 'bool', 'complex64']),
  quantization: quantization.optional(),
  group: z.string().optional(),
});

const schema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(z.object({ paths: z.array(z.string().min(1)), weights: z.array(weight) })),
  signature: z.record(z.string(), z.unknown()).optional(),
  userDefinedMetadata: z.record(z.string(), z.unknown()).optional(),
  modelInitializer: z.record(z.string(), z.unknown()).optional(),
  initializerSignature: z.record(z.string(), z.unknown()).optional(),
});

type ModelJson = z.infer<typeof schema>;

// tfjs-node does not export the names of these types.
type Handler = Exclude<Parameters<typeof loadLayersModel>[0], string>;
/** What tfjs loads a model from. */
export type ModelArtifacts = Awaited<ReturnType<NonNullable<Handler['load']>>>;

/** A model as its files have it. */
export interface ModelFiles {
  readonly format: 'layers' | 'graph';
  /** Whether Keras 3 named the weights, in its own way. */
  readonly keras3: boolean;
  /** What tfjs loads. */
  readonly artifacts: ModelArtifacts;
  /** Numbers in all weights together. */
  readonly parameters: number;
  /** SHA-256 of model.json and all weight files, in their order. */
  readonly digest: string;
}

/**
 * Reads a model.json and the files that it names.
 * @throws UserError when one is missing, damaged, of another size than model.json says, or when its layers or nodes
 * depend on each other in a circle. Nothing larger than the files themselves is allocated.
 */
export function readModelFiles(path: string): ModelFiles {
  const text = readSmall(path);
  const model = check(path, parse(path, text));
  const format = formatOf(path, model);
  const keras3 = format === 'layers' && isKeras3(model.modelTopology);
  const modelTopology = keras3 ? fromKeras3(model.modelTopology) : model.modelTopology;
  const cycle = findCycle(format, modelTopology);
  if (cycle !== undefined) throw new UserError(`${path}: ${cycle}`);

  const groups = model.weightsManifest.map(({ paths, weights }) => {
    const files = paths.map((name) => weightFile(path, name));
    const expected = weights.reduce((sum, each) => sum + bytesOf(each), 0);
    const received = files.reduce((sum, { stats }) => sum + stats.size, 0);
    if (received !== expected) throw new UserError(wrongSize(path, files, received, expected, weights));
    return { files, weights };
  });
  const weights = groups.flatMap((group) => group.weights);
  twice(path, weights);
  const shards = groups.flatMap(({ files }) => files.map((file) => readFileSync(file.path)));
  const hash = createHash('sha256').update(text);
  for (const shard of shards) hash.update(shard);
  return {
    format,
    keras3,
    // The border with tfjs's types, which are narrower than what its files hold.
    artifacts: {
      modelTopology,
      weightSpecs: weights,
      weightData: shards.map((shard) => new Uint8Array(shard).buffer),
      ...(model.signature && { signature: model.signature }),
      ...(model.userDefinedMetadata && { userDefinedMetadata: model.userDefinedMetadata }),
      ...(model.modelInitializer && { modelInitializer: model.modelInitializer }),
      ...(model.initializerSignature && { initializerSignature: model.initializerSignature }),
    } as ModelArtifacts,
    parameters: weights
      .filter(({ dtype }) => dtype === 'float32')
      .reduce((sum, each) => sum + countOf(each), 0),
    digest: hash.digest('hex'),
  };
}

function readSmall(path: string): string {
  const stats = statOf(path);
  if (stats === undefined) throw new UserError(`${path} is not there.`);
  if (stats.size > LARGEST_JSON)
    throw new UserError(
      `${path} has ${megabytes(stats.size)}; a model.json has at most ${megabytes(LARGEST_JSON)}, its weights are in other files.`,
    );
  return readFileSync(path, 'utf8');
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON, or is cut off: ${reason(error)}.`, { cause: error });
  }
}

const textManifest = z.object({
  weightsManifest: z.array(z.object({ weights: z.array(z.object({ name: z.string(), dtype: z.string() })) })),
});

function check(path: string, value: unknown): ModelJson {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  refuseText(path, value);
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join('.') || 'the file';
  throw new UserError(
    `${path} is no model.json of tfjs: ${field}: ${issue?.message}. It holds modelTopology and weightsManifest, as tensorflowjs_converter and model.save write them.`,
  );
}

/** @throws UserError where a weight is text, as the words of a tokenizer are: our operators take numbers. */
function refuseText(path: string, value: unknown): void {
  const manifest = textManifest.safeParse(value);
  const weights = manifest.success ? manifest.data.weightsManifest.flatMap((group) => group.weights) : [];
  const text = weights.find(({ dtype }) => dtype === 'string');
  if (text === undefined) return;
  throw new UserError(
    `${path}: weight ${text.name} is text (string). Models that work on text are not exported: leave out the layer that turns text into numbers, and give the model numbers.`,
  );
}

function formatOf(path: string, { format, modelTopology }: ModelJson): ModelFiles['format'] {
  if (format === 'layers-model' || format === 'tfjs-layers-model') return 'layers';
  if (format === 'graph-model') return 'graph';
  if ('node' in modelTopology) return 'graph';
  if ('model_config' in modelTopology || 'class_name' in modelTopology || 'config' in modelTopology)
    return 'layers';
  throw new UserError(
    `${path} has format ${JSON.stringify(format)}; it should be layers-model or graph-model.`,
  );
}

interface WeightFile {
  name: string;
  path: string;
  stats: Stats;
}

/** A file beside model.json. */
function weightFile(model: string, name: string): WeightFile {
  if (isAbsolute(name) || name.split(/[\\/]/).includes('..'))
    throw new UserError(`${model} names a weight file outside its own folder: ${JSON.stringify(name)}.`);
  const path = join(dirname(model), name);
  const stats = statOf(path);
  if (stats !== undefined) return { name, path, stats };
  throw new UserError(`${path} is not there, though ${model} names it: copy all files of the model.`);
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

const bytesPer = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

function countOf({ shape }: z.infer<typeof weight>): number {
  return sizeOf(shape);
}

function bytesOf(each: z.infer<typeof weight>): number {
  return countOf(each) * bytesPer[each.quantization?.dtype ?? each.dtype];
}

function wrongSize(
  path: string,
  files: readonly WeightFile[],
  received: number,
  expected: number,
  weights: readonly z.infer<typeof weight>[],
): string {
  const names = files.map(({ name, stats }) => `${name} (${stats.size} bytes)`).join(', ');
  const largest = weights.reduce((a, b) => (bytesOf(b) > bytesOf(a) ? b : a));
  return `${path} says that its weights have ${expected} bytes; ${names || 'no file'} ${files.length === 1 ? 'has' : 'have'} ${received}. The files are cut off, mixed up or of another model. The largest weight is ${largest.name} [${largest.shape}], ${bytesOf(largest)} bytes.`;
}

function twice(path: string, weights: readonly { name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of weights) {
    if (names.has(name))
      throw new UserError(
        `${path} has two weights called ${name}. tfjs writes a layer twice that is in a model within the model and outside of it, and does not load it again: export such a model from your script, with networkToOnnx(networkOfLayers(model, name)).`,
      );
    names.add(name);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** The first line of what an error says; TensorFlow's own say it in the second. */
export function reason(error: unknown): string {
  const [first = '', second = ''] = messageOf(error).split('\n');
  const said = first.startsWith('Invalid TF_Status') ? second.replace(/^Message: /, '') : '';
  return (said || first).replace(/\.$/, '');
}
