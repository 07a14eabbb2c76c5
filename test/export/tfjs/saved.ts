// Saves tfjs models as tensorflowjs_converter does: model.json, shards, weights of 8 or 16 bits.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';

export type Quantized = 'float32' | 'uint8' | 'uint16' | 'float16';

interface Spec {
  name: string;
  shape: number[];
  dtype: 'float32';
  quantization?: { dtype: string; min?: number; scale?: number };
}

/** A model.json with everything that a damaged one may have otherwise. */
export interface ModelJson {
  format: string;
  modelTopology: Record<string, unknown>;
  weightsManifest: { paths: string[]; weights: Spec[] }[];
  signature?: unknown;
}

export function writeModelJson(folder: string, model: ModelJson, shards: Record<string, Uint8Array>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(shards)) writeFileSync(join(folder, name), bytes);
  const path = join(folder, 'model.json');
  writeFileSync(path, JSON.stringify(model));
  return path;
}

/** Saves a layers model with random weights, in two shards. */
export async function saveLayers(
  folder: string,
  model: LayersModel,
  as: Quantized = 'float32',
): Promise<{ json: ModelJson; shards: Record<string, Uint8Array>; path: string }> {
  for (const weight of model.weights) {
    const next = random(2, weight.originalName);
    const draw = /variance/.test(weight.originalName) ? () => 0.5 + next() : () => normal(next) * 0.3;
    const size = weight.shape.reduce<number>((product, n) => product * (n ?? 1), 1);
    weight.write(tf.tensor(Array.from({ length: size }, draw), weight.shape as number[]));
  }
  const encoded = model.weights.map((weight) => {
    const values = weight.read().dataSync() as Float32Array;
    return encode(
      { name: weight.originalName, shape: weight.shape as number[], dtype: 'float32' },
      values,
      as,
    );
  });
  const all = Buffer.concat(encoded.map(({ bytes }) => bytes));
  const half = Math.ceil(all.length / 2);
  const shards = {
    'group1-shard1of2.bin': all.subarray(0, half),
    'group1-shard2of2.bin': all.subarray(half),
  };
  const json: ModelJson = {
    format: 'layers-model',
    modelTopology: model.toJSON(null, false) as Record<string, unknown>,
    weightsManifest: [{ paths: Object.keys(shards), weights: encoded.map(({ spec }) => spec) }],
  };
  return { json, shards, path: writeModelJson(folder, json, shards) };
}

/** Affine whole numbers, or halves (tensorflowjs, quantization.py). */
function encode(spec: Spec, values: Float32Array, as: Quantized): { spec: Spec; bytes: Uint8Array } {
  if (as === 'float32') return { spec, bytes: bytesOf(values) };
  if (as === 'float16')
    return { spec: { ...spec, quantization: { dtype: as } }, bytes: bytesOf(Uint16Array.from(values, half)) };
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const levels = as === 'uint8' ? 255 : 65_535;
  const scale = (max - min) / levels || 1;
  const whole = Array.from(values, (value) => Math.round((value - min) / scale));
  const bytes = as === 'uint8' ? Uint8Array.from(whole) : bytesOf(Uint16Array.from(whole));
  return { spec: { ...spec, quantization: { dtype: as, min, scale } }, bytes };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The bits of a normal number as a 16-bit float, cut off; zero where it is too small. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  const exponent = ((bits >>> 23) & 255) - 127 + 15;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

/** A graph model as tensorflowjs_converter writes it: nodes, float32 and int32 weights by name. */
export function saveGraph(
  folder: string,
  nodes: readonly Record<string, unknown>[],
  weights: Record<string, { shape: number[]; values: Float32Array | Int32Array }>,
): string {
  const specs = Object.entries(weights).map(([name, { shape, values }]) => ({
    name,
    shape,
    dtype: (values instanceof Int32Array ? 'int32' : 'float32') as 'float32',
  }));
  const bytes = Buffer.concat(Object.values(weights).map(({ values }) => bytesOf(values)));
  const json = {
    format: 'graph-model',
    modelTopology: { node: nodes, library: {}, versions: {} },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: specs }],
  };
  return writeModelJson(folder, json, { 'group1-shard1of1.bin': bytes });
}
