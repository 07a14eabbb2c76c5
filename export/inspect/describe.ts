// What is in a checkpoint or a model file, as plain data.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { withExternalData } from '../../models/onnx/external-data.ts';
import { weightBytes } from '../../models/onnx/facts.ts';
import { dataType, decodeModel, type ModelProto, type TensorProto } from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';
import { readSafetensors } from '../../train/files/safetensors.ts';
import type { Recipe } from '../../train/recipes/index.ts';
import { readCheckpoint, type TrainingProgress } from '../../train/runs/checkpoint.ts';
import { type Runtimes, runtimesOf } from './runtimes.ts';
import { statisticsOf, type WeightStatistics } from './statistics.ts';
import { type ModelWork, workOf } from './work.ts';

export interface DescribedTensor {
  name: string;
  shape: readonly number[];
  /** Absent for what is not float32. */
  statistics?: WeightStatistics;
}

interface Described {
  path: string;
  bytes: number;
  tensors: readonly DescribedTensor[];
  /** Numbers in all tensors together. */
  values: number;
}

export interface DescribedCheckpoint extends Described {
  kind: 'checkpoint';
  /** Both absent for a safetensors file that is not of this program. */
  recipe?: Recipe;
  progress?: TrainingProgress;
}

export interface DescribedModel extends Described {
  kind: 'model';
  opset: number;
  irVersion: number;
  producer: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** How often each operator is used, most frequent first. */
  ops: readonly { op: string; count: number }[];
  /** Absent where the file has none. */
  card?: Card;
  runtimes: Runtimes;
  /** What one picture costs; absent where it was not asked for, a sentence where the model could not be run. */
  work?: ModelWork | string;
}

/** @throws UserError when the file is missing, damaged, or neither safetensors nor ONNX. */
export function describeFile(path: string): DescribedCheckpoint | DescribedModel {
  if (path.endsWith('.safetensors')) return describeCheckpoint(path);
  if (path.endsWith('.onnx')) return describeModel(path);
  throw new UserError(`${path} is neither a checkpoint (.safetensors) nor a model file (.onnx).`);
}

/**
 * A model file with what one picture costs, for which it is run once.
 * @param sizes - What its dimensions with a name are, such as `{ height: 224 }`; the others are 1.
 */
export async function describeWithWork(
  path: string,
  sizes: Readonly<Record<string, number>> = {},
): Promise<DescribedCheckpoint | DescribedModel> {
  const described = describeFile(path);
  if (described.kind === 'checkpoint') return described;
  try {
    return { ...described, work: await workOf(complete(path, decode(path, readBytes(path))), sizes) };
  } catch (error) {
    return { ...described, work: messageOf(error) };
  }
}

function describeCheckpoint(path: string): DescribedCheckpoint {
  const { tensors, metadata } = readSafetensors(path);
  const own = 'recipe' in metadata ? readCheckpoint(path) : undefined;
  return {
    kind: 'checkpoint',
    path,
    bytes: readFileSync(path).length,
    values: [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0),
    tensors: [...tensors].map(([name, { shape, values }]) => ({
      name,
      shape,
      statistics: statisticsOf(values),
    })),
    ...(own && { recipe: own.recipe, progress: own.progress }),
  };
}

function describeModel(path: string): DescribedModel {
  const bytes = readBytes(path);
  const inside = decode(path, bytes);
  const model = complete(path, inside);
  const { graph } = model;
  const counts = new Map<string, number>();
  for (const { op_type } of graph.node) counts.set(op_type, (counts.get(op_type) ?? 0) + 1);
  const tensors = graph.initializer.map(describeInitializer);
  const hasCard = model.metadata_props.some(({ key }) => key === cardKey);
  return {
    kind: 'model',
    path,
    bytes: bytes.length + weightBytes(model) - weightBytes(inside),
    opset: model.opset_import.find(({ domain }) => !domain)?.version ?? 0,
    irVersion: model.ir_version,
    producer: [model.producer_name, model.producer_version].filter(Boolean).join(' '),
    inputs: graph.input.map(({ name }) => name),
    outputs: graph.output.map(({ name }) => name),
    ops: [...counts].map(([op, count]) => ({ op, count })).sort((a, b) => b.count - a.count),
    tensors,
    values: tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    runtimes: runtimesOf(model),
    ...(hasCard && { card: readCard(bytes) }),
  };
}

function describeInitializer({ name = '', dims, data_type, raw_data }: TensorProto): DescribedTensor {
  if (data_type !== dataType.FLOAT || raw_data === undefined) return { name, shape: dims };
  // A copy: float32 must be aligned, and the bytes of a file need not be.
  const values = new Float32Array(new Uint8Array(raw_data).buffer);
  return { name, shape: dims, statistics: statisticsOf(values) };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`);
  }
}

/** The model with the weights that are in a file beside it. */
function complete(path: string, model: ModelProto): ModelProto {
  try {
    return withExternalData(model, dirname(path));
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`) : error;
  }
}

function decode(path: string, bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw new UserError(`${path} is no ONNX model: ${messageOf(error)}.`);
  }
}
