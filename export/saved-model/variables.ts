// The values of the variables of a SavedModel that its signature uses: what an optimizer needs besides is not read.

import type { Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { backend, tf } from '../../train/graph/tensorflow.ts';
import type { SavedFiles } from './files.ts';
import { nameOfVariable, partsOf } from './interpret.ts';
import { type SavedGraph, type SavedNode, SERVE } from './schema.ts';
import { narrowed, storedType } from './types.ts';

/** Resource variables, and those of TensorFlow 1, which are values themselves. */
const HANDLES = new Set(['VarHandleOp', 'Variable', 'VariableV2']);

/** A variable that the signature uses, and the one that holds its value when the files are read. */
export interface UsedVariable {
  readonly handle: SavedNode;
  readonly holder: SavedNode;
}

/**
 * The variables that the outputs of the signature depend on. What Keras 3 saves has each of its variables twice or
 * three times, and optimizers have theirs: TensorFlow restores only some of them.
 */
export function usedVariables(graph: SavedGraph): UsedVariable[] {
  const { nodes, functions, signature, restore } = graph;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reached = upstream(
    byName,
    Object.values(signature.outputs).map(({ name }) => name),
  );
  // Variables may have their handles in the function that uses them.
  const within = functions.flatMap(({ node_def }) => node_def.filter(({ op }) => HANDLES.has(op)));
  const shared = new Set(within.map(nameOfVariable));
  const restored = restore === undefined || restore === '' ? undefined : upstream(byName, [restore], true);
  const copies = copiesOf(nodes, byName);
  return nodes
    .filter(({ op }) => HANDLES.has(op))
    .filter((node) => reached.has(node.name) || shared.has(nameOfVariable(node)))
    .map((handle) => {
      const copy = copies.get(handle.name);
      const holder = restored?.has(handle.name) === false && copy && restored.has(copy.name) ? copy : handle;
      return { handle, holder };
    });
}

/** Names of the nodes that others depend on, themselves included. */
function upstream(
  byName: ReadonlyMap<string, SavedNode>,
  references: readonly string[],
  withControl = false,
): Set<string> {
  const reached = new Set<string>();
  const waiting = references.map((reference) => partsOf(reference).name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const input of byName.get(name)?.input ?? []) {
      if (input.startsWith('^') && withControl) waiting.push(input.slice(1));
      if (!input.startsWith('^')) waiting.push(partsOf(input).name);
    }
  }
  return reached;
}

/** By the name of a variable, the one that begins as a copy of it: Keras 3 restores the copy alone. */
function copiesOf(
  nodes: readonly SavedNode[],
  byName: ReadonlyMap<string, SavedNode>,
): Map<string, SavedNode> {
  const copies = new Map<string, SavedNode>();
  for (const { op, input } of nodes) {
    if (op !== 'AssignVariableOp') continue;
    const [copy, value] = input.map((reference) => byName.get(partsOf(reference).name));
    if (copy?.op !== 'VarHandleOp' || value?.op !== 'ReadVariableOp') continue;
    copies.set(partsOf(value.input[0] ?? '').name, copy);
  }
  return copies;
}

/**
 * Looks at what variables claim: TensorFlow would make room for whatever the graph says first.
 * @throws UserError when they have more bytes than the files.
 */
export function checkValues(folder: string, used: readonly UsedVariable[], { values }: SavedFiles): void {
  const sizes = used.map(({ handle: { name, attr } }) => {
    const dims = attr.shape?.shape?.dim.map(({ size }) => size) ?? [];
    const each = storedType(attr.dtype?.type ?? 0)?.bytes ?? 0;
    return { name, dims, bytes: dims.some((size) => size < 0) ? 0 : each * sizeOf(dims) };
  });
  const claimed = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (claimed <= values) return;
  const largest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  throw new UserError(
    `${folder} says that its variables have ${claimed} bytes; its files variables/variables.data-* have ${values}. They are cut off, missing or of another model. The largest variable is ${largest.name} [${largest.dims}], ${largest.bytes} bytes.`,
  );
}

/** TensorFlow reads the values: what the graph itself asks of every variable when it is saved. */
export function valuesOfVariables(
  folder: string,
  { nodes }: SavedGraph,
  used: readonly UsedVariable[],
): [string, Variable][] {
  const reads = new Map(
    nodes
      .filter(({ op }) => op === 'ReadVariableOp')
      .map((node) => [partsOf(node.input[0] ?? '').name, node]),
  );
  const asked = used.flatMap(({ handle, holder }) => {
    const type = storedType(handle.attr.dtype?.type ?? 0);
    const read = handle.op === 'VarHandleOp' ? reads.get(holder.name)?.name : handle.name;
    return read === undefined || type === undefined
      ? []
      : [{ name: nameOfVariable(handle), read: `${read}:0` }];
  });
  if (asked.length === 0) return [];
  const session = backend.binding.loadSavedModel(folder, SERVE);
  try {
    const metadata = backend.binding.runSavedModel(session, [], '', asked.map(({ read }) => read).join());
    return asked.map(({ name }, i) => {
      const made = metadata[i];
      if (made === undefined) throw new Error(`TensorFlow gave no value for ${name}`);
      return [name, tf.variable(backend.createOutputTensor(narrowed(made)), false)];
    });
  } finally {
    backend.binding.deleteSavedModel(session);
  }
}
