// Runs a TensorFlow graph op by op through tfjs's backend, so that it can be traced as any other function.

import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { AttributeType, backend, DataType, type EagerAttribute, tf } from '../../train/graph/tensorflow.ts';
import type { FunctionDef, SavedAttribute, SavedNode, SavedTensor } from './schema.ts';

/** What goes from node to node. */
type Value =
  /** `fixed`: the same whatever the inputs are, such as shapes. */
  | { tensor: Tensor; fixed: boolean }
  /** The name of a variable. */
  | { resource: string };

/** What a graph is run with: functions by name, variables by name, and the values of nodes that are known already. */
interface World {
  functions: ReadonlyMap<string, FunctionDef>;
  variables: ReadonlyMap<string, Variable>;
}

/**
 * The values that `outputs` refer to, `node:index`.
 * @param feeds - Values of placeholders by name.
 * @throws UserError for loops, branches and circles.
 */
export function interpret(
  nodes: readonly SavedNode[],
  world: World,
  feeds: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): Tensor[] {
  const known = new Map([...feeds].map(([name, tensor]) => [name, [{ tensor, fixed: false }]] as const));
  return run(nodes, world, new Map(known), outputs).map((value) => {
    if ('tensor' in value) return value.tensor;
    throw new UserError(`An output of the SavedModel is the variable ${value.resource}, not a value.`);
  });
}

function run(
  nodes: readonly SavedNode[],
  world: World,
  known: Map<string, readonly Value[]>,
  outputs: readonly string[],
): Value[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const begun = new Set<string>();
  const find = (reference: string): Value => {
    const [name = '', ...place] = reference.split(':');
    const index = Number(place.at(-1) ?? 0);
    const values = known.get(name) ?? evaluate(name);
    // In a function, `node:output:index` counts within one output; those with several names have one value each.
    const value = values[place.length === 2 ? index + offsetOf(byName.get(name), place[0] ?? '') : index];
    if (value === undefined) throw new UserError(`Node ${name} of the SavedModel has no output ${index}.`);
    return value;
  };
  const evaluate = (name: string): readonly Value[] => {
    const node = byName.get(name);
    if (node === undefined) throw new UserError(`The SavedModel uses ${name}, which is not there.`);
    if (begun.has(name))
      throw new UserError(`Node ${name} of the SavedModel depends on itself. Loops cannot be exported.`);
    begun.add(name);
    const inputs = node.input.filter((input) => !input.startsWith('^')).map(find);
    const values = compute(node, inputs, world);
    known.set(name, values);
    return values;
  };
  return outputs.map(find);
}

/** Named outputs after the first one, of the ops whose others are used in inference. */
const laterOutputs: Readonly<Record<string, readonly string[]>> = { TopKV2: ['values', 'indices'] };

function offsetOf(node: SavedNode | undefined, output: string): number {
  return Math.max(0, laterOutputs[node?.op ?? '']?.indexOf(output) ?? 0);
}

function compute(node: SavedNode, inputs: readonly Value[], world: World): readonly Value[] {
  const [first] = inputs;
  switch (node.op) {
    case 'Const': {
      const variable = world.variables.get(node.name);
      if (variable !== undefined) return [{ tensor: variable, fixed: false }];
      return [{ tensor: constantOf(node), fixed: true }];
    }
    case 'VarHandleOp':
      return [{ resource: nameOfVariable(node) }];
    case 'ReadVariableOp':
      return [{ tensor: variableOf(first, world), fixed: false }];
    case 'ResourceGather':
      return [{ tensor: tf.gather(variableOf(first, world), tensorOf(node, inputs[1])), fixed: false }];
    case 'PartitionedCall':
    case 'StatefulPartitionedCall':
      return call(node, inputs, world);
    case 'Identity':
    case 'IdentityN':
    case 'StopGradient':
      return inputs;
    case 'Shape':
      return [{ tensor: tf.tensor1d(tensorOf(node, first).shape, 'int32'), fixed: true }];
    case 'If':
    case 'StatelessIf':
    case 'While':
    case 'StatelessWhile':
    case 'Switch':
    case 'Merge':
      throw new UserError(
        `Node ${node.name} of the SavedModel is ${node.op}: loops and branches cannot be exported.`,
      );
    default:
      return execute(node, inputs);
  }
}

function call(node: SavedNode, inputs: readonly Value[], world: World): readonly Value[] {
  const name = node.attr.f?.func?.name ?? '';
  const definition = world.functions.get(name);
  if (definition === undefined) throw new UserError(`The SavedModel calls ${name}, which is not there.`);
  const { signature, node_def, ret } = definition;
  const known = new Map(signature.input_arg.map((arg, i) => [arg.name, inputs.slice(i, i + 1)] as const));
  return run(
    node_def,
    world,
    new Map(known),
    signature.output_arg.map((arg) => ret[arg.name] ?? ''),
  );
}

function execute(node: SavedNode, inputs: readonly Value[]): readonly Value[] {
  const tensors = inputs.map((input) => tensorOf(node, input));
  const attributes = Object.entries(node.attr).flatMap(([name, value]) => eager(name, value));
  const made = backend.executeMultipleOutputs(node.op, attributes, tensors, countOutputs(node));
  const fixed = inputs.every((input) => 'tensor' in input && input.fixed);
  // Written down as a constant: what follows from shapes is a number in the trace, not a computation.
  return made.map((tensor) => ({ tensor: fixed ? again(tensor) : tensor, fixed }));
}

function again(tensor: Tensor): Tensor {
  return tf.tensor(
    tensor.dataSync() as Float32Array | Int32Array | Uint8Array,
    tensor.shape,
    tensor.dtype as 'float32',
  );
}

function countOutputs({ op, attr }: SavedNode): number {
  if (op === 'FusedBatchNormV3') return 6;
  if (op === 'FusedBatchNorm' || op === 'FusedBatchNormV2') return 5;
  if (op === 'TopKV2' || op === 'UniqueV2') return 2;
  return attr.num_split?.i ?? attr.num?.i ?? 1;
}

/** An attribute as tfjs's backend takes it. Whole numbers of 64 bits are int32 here. */
function eager(name: string, value: SavedAttribute): EagerAttribute[] {
  if (name.startsWith('_')) return [];
  if (value.type !== undefined && value.type !== null) {
    const type = value.type === DataType.int64 ? DataType.int32 : value.type;
    return [{ name, type: AttributeType.type, value: type }];
  }
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

function tensorOf(node: SavedNode, value: Value | undefined): Tensor {
  if (value !== undefined && 'tensor' in value) return value.tensor;
  throw new UserError(
    `Node ${node.name} of the SavedModel (${node.op}) takes a variable, not a value: that is not exported.`,
  );
}

/** What the handles of a variable call it. */
export function nameOfVariable({ name, attr }: SavedNode): string {
  const shared = Buffer.from(attr.shared_name?.s ?? []).toString();
  return shared === '' ? name : shared;
}

function variableOf(value: Value | undefined, { variables }: World): Tensor {
  const name = value !== undefined && 'resource' in value ? value.resource : '';
  const variable = variables.get(name);
  if (variable !== undefined) return variable;
  throw new UserError(`The SavedModel reads the variable ${name}, whose values are not in its files.`);
}

/** The tensor of a Const node; whole numbers of 64 bits become int32. */
export function constantOf({ name, attr }: SavedNode): Tensor {
  const proto = attr.value?.tensor;
  if (proto === undefined)
    throw new UserError(`Node ${name} of the SavedModel is a constant without a value.`);
  const shape = (proto.tensor_shape?.dim ?? []).map(({ size }) => size);
  const size = sizeOf(shape);
  return tf.tensor(valuesOf(name, proto, size), shape, dtypeOf(name, proto.dtype));
}

function dtypeOf(name: string, dtype: number): 'float32' | 'int32' | 'bool' {
  if (dtype === DataType.float32) return 'float32';
  if (dtype === DataType.int32 || dtype === DataType.int64) return 'int32';
  if (dtype === DataType.bool) return 'bool';
  throw new UserError(
    `Constant ${name} of the SavedModel has TensorFlow's type ${dtype}; float32, whole numbers and bool are exported.`,
  );
}

function valuesOf(name: string, proto: SavedTensor, size: number): Float32Array | Int32Array | Uint8Array {
  const content = new Uint8Array(proto.tensor_content);
  const lists = {
    float32: proto.float_val,
    int32: [...proto.int_val, ...proto.int64_val],
    bool: proto.bool_val.map(Number),
  };
  const dtype = dtypeOf(name, proto.dtype);
  const bytesEach = proto.dtype === DataType.int64 ? 8 : dtype === 'bool' ? 1 : 4;
  const listed = lists[dtype];
  if (content.length === 0) {
    // The last number listed stands for all that follow.
    const values = Array.from(
      { length: listed.length === 0 ? 0 : size },
      (_, i) => listed[Math.min(i, listed.length - 1)] ?? 0,
    );
    if (values.length !== size && size > 0) return new Float32Array(size);
    return dtype === 'float32'
      ? Float32Array.from(values)
      : dtype === 'bool'
        ? Uint8Array.from(values)
        : Int32Array.from(values);
  }
  if (content.length !== size * bytesEach)
    throw new UserError(
      `Constant ${name} of the SavedModel should have ${size * bytesEach} bytes, and has ${content.length}: the file is damaged.`,
    );
  if (proto.dtype === DataType.int64) return Int32Array.from(new BigInt64Array(content.buffer), Number);
  if (dtype === 'bool') return content;
  return dtype === 'float32' ? new Float32Array(content.buffer) : new Int32Array(content.buffer);
}
