// Runs a TensorFlow graph op by op through tfjs's backend, so that it can be traced as any other function.

import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { constantOf } from './constant.ts';
import { beyond32Bits, execute, offsetOf, tensorOf, type Value } from './execute.ts';
import type { FunctionDef, SavedNode } from './schema.ts';
import { signBit } from './sign-bit.ts';

/** What a graph is run with: functions by name, and variables by name. */
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
    if (!('tensor' in value))
      throw new UserError(`An output of the SavedModel is the variable ${value.resource}, not a value.`);
    if (value.beyond !== undefined) throw beyond32Bits(value.beyond, 'an output');
    return value.tensor;
  });
}

function run(
  nodes: readonly SavedNode[],
  world: World,
  known: Map<string, readonly Value[]>,
  outputs: readonly string[],
): Value[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const find = (reference: string): Value => {
    const { name, output, index } = partsOf(reference);
    // In a function, `node:output:index` counts within one output; those with several names have one value each.
    const place = output === undefined ? index : index + offsetOf(byName.get(name), output);
    const value = known.get(name)?.[place];
    if (value === undefined) throw new UserError(`Node ${name} of the SavedModel has no output ${index}.`);
    return value;
  };
  const begun = new Set<string>();
  // Graphs are thousands of nodes deep, more than functions may call each other.
  const waiting = outputs.map((output) => partsOf(output).name).reverse();
  for (let name = waiting.at(-1); name !== undefined; name = waiting.at(-1)) {
    const node = byName.get(name);
    if (known.has(name)) waiting.pop();
    else if (node === undefined) throw new UserError(`The SavedModel uses ${name}, which is not there.`);
    else {
      const inputs = node.input.filter((input) => !input.startsWith('^'));
      const missing = inputs.map((input) => partsOf(input).name).filter((input) => !known.has(input));
      const again = missing.find((input) => begun.has(input));
      if (again !== undefined)
        throw new UserError(`Node ${again} of the SavedModel depends on itself. Loops cannot be exported.`);
      begun.add(name);
      if (missing.length === 0) known.set(name, compute(node, inputs.map(find), world));
      else waiting.push(...missing.reverse());
    }
  }
  return outputs.map(find);
}

/** What `node`, `node:index` and, in a function, `node:output:index` refer to. */
export function partsOf(reference: string): { name: string; output: string | undefined; index: number } {
  const [name = '', ...place] = reference.split(':');
  return { name, output: place.length === 2 ? place[0] : undefined, index: Number(place.at(-1) ?? 0) };
}

function compute(node: SavedNode, inputs: readonly Value[], world: World): readonly Value[] {
  const [first] = inputs;
  if (PASSED_ON.has(node.op)) return inputs;
  if (world.functions.has(node.op)) return call(node.op, inputs, world);
  switch (node.op) {
    case 'Const': {
      const variable = world.variables.get(node.name);
      if (variable !== undefined) return [{ tensor: variable, fixed: false }];
      const { tensor, beyond } = constantOf(node);
      return [
        { tensor, fixed: true, ...(beyond !== undefined && { beyond: { value: beyond, node: node.name } }) },
      ];
    }
    case 'VarHandleOp':
      return [{ resource: nameOfVariable(node) }];
    case 'Variable':
    case 'VariableV2':
      return [{ tensor: variableOf({ resource: nameOfVariable(node) }, world), fixed: false }];
    case 'ReadVariableOp':
      return [{ tensor: variableOf(first, world), fixed: false }];
    case 'ResourceGather':
      return [{ tensor: tf.gather(variableOf(first, world), tensorOf(node, inputs[1])), fixed: false }];
    case 'PartitionedCall':
    case 'StatefulPartitionedCall':
      return call(node.attr.f?.func?.name ?? '', inputs, world);
    case 'Shape':
      return [{ tensor: tf.tensor1d(tensorOf(node, first).shape, 'int32'), fixed: true }];
    case 'If':
    case 'StatelessIf': {
      // Decided by what is the same whatever the inputs are, such as whether the model is being trained.
      if (first === undefined || !('tensor' in first) || !first.fixed) throw looped(node);
      const branch = first.tensor.dataSync()[0] ? node.attr.then_branch : node.attr.else_branch;
      return call(branch?.func?.name ?? '', inputs.slice(1), world);
    }
    case 'Bitcast': {
      const [bits] = execute(node, inputs);
      if (bits === undefined || !('tensor' in bits)) return [];
      return [{ ...bits, bitsOf: tensorOf(node, first) }];
    }
    case 'BitwiseAnd':
      return [signBit(inputs) ?? execute(node, inputs)].flat();
    default:
      if (LOOP.test(node.op)) throw looped(node);
      if (RANDOM.test(node.op))
        throw new UserError(
          `Node ${node.name} of the SavedModel is ${node.op}: it draws random numbers, which would be frozen into the model. Layers that augment pictures do so in what \`model.export\` writes: call them with training=False in the model that is exported, or leave them out.`,
        );
      return execute(node, inputs);
  }
}

/** What loops and branches are made of. */
const LOOP = /^(Stateless)?(If|While|Case)$|^(Switch|Merge|Enter|Exit|NextIteration)$|^Tensor(List|Array)/;

/** What is another number every time. */
const RANDOM = /^(Stateless|Stateful)?(Random|Multinomial|TruncatedNormal|ParameterizedTruncated)/;

/** Ops whose results in inference are their inputs. */
const PASSED_ON = new Set([
  ...['Identity', 'IdentityN', 'Snapshot', 'StopGradient', 'PreventGradient', 'CheckNumerics', 'EnsureShape'],
  'PlaceholderWithDefault',
]);

function looped({ name, op }: SavedNode): UserError {
  return new UserError(
    `Node ${name} of the SavedModel is ${op}: loops and branches cannot be exported. Recurrent layers of Keras have none with unroll=True.`,
  );
}

function call(name: string, inputs: readonly Value[], world: World): readonly Value[] {
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
