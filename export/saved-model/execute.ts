// Runs one op of a SavedModel eagerly, with the types that are computed with here.

import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import {
  AttributeType,
  backend,
  DataType,
  dataTypeOf,
  type EagerAttribute,
  tf,
  uint8Tensor,
  valuesOf,
} from '../../train/graph/tensorflow.ts';
import type { SavedAttribute, SavedNode } from './schema.ts';
import { narrowed, narrowType } from './types.ts';

/** What goes from node to node. */
export type Value =
  /** `fixed`: the same whatever the inputs are, such as shapes. `bitsOf`: of which float32 the tensor is the bits. */
  | { tensor: Tensor; fixed: boolean; bitsOf?: Tensor; beyond?: Beyond }
  /** The name of a variable. */
  | { resource: string };

/** A number of 64 bits that the 32 which are computed with do not hold, and the constant that it is from. */
interface Beyond {
  readonly value: number;
  readonly node: string;
}

/** Named outputs after the first one, of the ops whose others are used in inference. */
const laterOutputs: Readonly<Record<string, readonly string[]>> = {
  TopKV2: ['values', 'indices'],
  NonMaxSuppressionV4: ['selected_indices', 'valid_outputs'],
  NonMaxSuppressionV5: ['selected_indices', 'selected_scores', 'valid_outputs'],
  MaxPoolWithArgmax: ['output', 'argmax'],
  UniqueV2: ['y', 'idx'],
};

/** Which of a node's values its output of this name begins with. */
export function offsetOf(node: SavedNode | undefined, output: string): number {
  return Math.max(0, laterOutputs[node?.op ?? '']?.indexOf(output) ?? 0);
}

/** The values of the outputs of a node. */
export function execute(node: SavedNode, inputs: readonly Value[]): readonly Value[] {
  const beyond = beyondOf(node, inputs);
  const ids = backend.getInputTensorIds(inputs.map((input) => tensorOf(node, input)));
  const given = { ...NARROW_BY_DEFAULT[node.op], ...node.attr };
  const attributes = Object.entries(given).flatMap(([name, value]) => eager(name, value));
  const made = backend.binding
    .executeOp(node.op, attributes, ids, countOutputs(node))
    .map((metadata) => backend.createOutputTensor(narrowed(metadata)));
  const fixed = inputs.every((input) => 'tensor' in input && input.fixed);
  // Written down as a constant: what follows from shapes is a number in the trace, not a computation.
  return made.map((tensor) => ({
    tensor: fixed ? again(tensor) : tensor,
    fixed,
    ...(beyond !== undefined && (!fixed || isAtLimit(tensor)) && { beyond }),
  }));
}

/** Inputs where the largest number of 32 bits means what any larger one does: "as far as there is". */
const ENDS: Readonly<Record<string, readonly number[]>> = { Slice: [1, 2], StridedSlice: [1, 2] };

/** Ops that only put numbers next to each other, or choose among them. */
const CHOOSE = new Set([
  ...['Pack', 'ConcatV2', 'Reshape', 'ExpandDims', 'Squeeze', 'Minimum', 'Maximum', 'Select', 'SelectV2'],
]);

/**
 * The number beyond 32 bits that may still be among the results of a node.
 * @throws UserError when the node computes with one.
 */
function beyondOf({ name, op }: SavedNode, inputs: readonly Value[]): Beyond | undefined {
  let found: Beyond | undefined;
  for (const [place, input] of inputs.entries()) {
    if (!('tensor' in input) || input.beyond === undefined || ENDS[op]?.includes(place)) continue;
    if (!CHOOSE.has(op)) throw beyond32Bits(input.beyond, `node ${name} (${op})`);
    found = input.beyond;
  }
  return found;
}

/** What to say where a number beyond 32 bits is computed with. */
export function beyond32Bits({ value, node }: Beyond, user: string): UserError {
  return new UserError(
    `Constant ${node} of the SavedModel has ${value}, which ${user} takes; whole numbers are computed with 32 bits here, ${LOWEST} to ${HIGHEST}. Save the model with a smaller number, or with one of float32.`,
  );
}

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1];

function isAtLimit(tensor: Tensor): boolean {
  return valuesOf(tensor).some((value) => value === LOWEST || value === HIGHEST);
}

/** Attributes that a SavedModel leaves out where they are TensorFlow's default, of ops whose default is 64 bits. */
const NARROW_BY_DEFAULT: Readonly<Record<string, Record<string, SavedAttribute>>> = {
  ArgMax: { output_type: { type: DataType.int32 } },
  ArgMin: { output_type: { type: DataType.int32 } },
};

function again(tensor: Tensor): Tensor {
  const values = valuesOf(tensor);
  if (dataTypeOf(tensor) === DataType.uint8) return uint8Tensor(Uint8Array.from(values), tensor.shape);
  return tf.tensor(values, tensor.shape, tensor.dtype as 'float32');
}

function countOutputs({ op, attr }: SavedNode): number {
  if (op === 'FusedBatchNormV3') return 6;
  if (op === 'FusedBatchNorm' || op === 'FusedBatchNormV2') return 5;
  return laterOutputs[op]?.length ?? attr.num_split?.i ?? attr.num?.i ?? 1;
}

/** An attribute as tfjs's backend takes it, with the types that are computed with here. */
function eager(name: string, value: SavedAttribute): EagerAttribute[] {
  if (name.startsWith('_')) return [];
  if (value.type !== undefined && value.type !== null)
    return [{ name, type: AttributeType.type, value: narrowType(value.type) }];
  if (value.s) return [{ name, type: AttributeType.string, value: Buffer.from(value.s).toString() }];
  if (value.shape)
    return [{ name, type: AttributeType.shape, value: value.shape.dim.map(({ size }) => size) }];
  if (value.list) {
    const { i, f, b } = value.list;
    if (i.length > 0) return [{ name, type: AttributeType.int, value: i }];
    if (f.length > 0) return [{ name, type: AttributeType.float, value: f }];
    return b.length > 0 ? [{ name, type: AttributeType.bool, value: b }] : [];
  }
  if (typeof value.b === 'boolean') return [{ name, type: AttributeType.bool, value: value.b }];
  if (typeof value.f === 'number') return [{ name, type: AttributeType.float, value: value.f }];
  return typeof value.i === 'number' ? [{ name, type: AttributeType.int, value: value.i }] : [];
}

/** @throws UserError when the value is a variable. */
export function tensorOf(node: SavedNode, value: Value | undefined): Tensor {
  if (value !== undefined && 'tensor' in value) return value.tensor;
  throw new UserError(
    `Node ${node.name} of the SavedModel (${node.op}) takes a variable, not a value: that is not exported.`,
  );
}
