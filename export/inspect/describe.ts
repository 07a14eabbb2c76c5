// What is in a checkpoint or a model file, as plain data.

import { readFileSync } from 'node:fs';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { tensorsOf } from '../../models/onnx/every-tensor.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import { inputsOf, nodesOf } from '../../models/onnx/reads.ts';
import { dataType, type GraphProto, type TensorProto } from '../../models/onnx/schema.ts';
import { tensorSize, tensorValues } from '../../models/onnx/tensor-elements.ts';
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
  /** Absent for whole numbers, text, and what is cut off. */
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
  /** Names of the inputs' sizes that vary, without the number of pictures. */
  sizes: readonly string[];
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
    return { ...described, work: await workOf(readOnnxFile(path).model, sizes) };
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
  const { bytes, model, outside } = readOnnxFile(path);
  const { graph } = model;
  const counts = new Map<string, number>();
  for (const { op_type } of nodesOf(model)) counts.set(op_type, (counts.get(op_type) ?? 0) + 1);
  const tensors = [...tensorsOf(model)].map(([place, tensor]) => describeTensor(place, tensor));
  const hasCard = model.metadata_props.some(({ key }) => key === cardKey);
  return {
    kind: 'model',
    path,
    bytes: outside.reduce((sum, { length }) => sum + length, bytes.length),
    opset: opsetOf(model) ?? 0,
    irVersion: model.ir_version,
    producer: [model.producer_name, model.producer_version].filter(Boolean).join(' '),
    inputs: inputsOf(graph).map(({ name }) => name),
    outputs: graph.output.map(({ name }) => name),
    sizes: sizesOf(graph),
    ops: [...counts].map(([op, count]) => ({ op, count })).sort((a, b) => b.count - a.count),
    tensors,
    values: tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    runtimes: runtimesOf(model),
    ...(hasCard && { card: readCard(bytes) }),
  };
}

function sizesOf(graph: GraphProto): string[] {
  const dims = inputsOf(graph).flatMap(({ type }) => type?.tensor_type?.shape?.dim.slice(1) ?? []);
  return [...new Set(dims.flatMap(({ dim_param }) => dim_param || []))];
}

/** Types whose numbers are weights; whole numbers are shapes, places and steps. */
const FLOATS: ReadonlySet<number> = new Set([
  ...[dataType.FLOAT, dataType.DOUBLE, dataType.FLOAT16, dataType.BFLOAT16, dataType.FLOAT4E2M1],
  ...[dataType.FLOAT8E4M3FN, dataType.FLOAT8E4M3FNUZ, dataType.FLOAT8E5M2, dataType.FLOAT8E5M2FNUZ],
]);

/** @param name - Where the tensor is in the file. */
function describeTensor(name: string, tensor: TensorProto): DescribedTensor {
  const { dims, data_type, raw_data } = tensor;
  if (!FLOATS.has(data_type) || raw_data?.length !== tensorSize(tensor)) return { name, shape: dims };
  return { name, shape: dims, statistics: statisticsOf(Float64Array.from(tensorValues(tensor), Number)) };
}
