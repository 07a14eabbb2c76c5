// A TensorFlow SavedModel as a network: its signature, run op by op, with the values of its variables.

import { basename, resolve } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { backend, DataType, tf } from '../../train/graph/tensorflow.ts';
import { inputSpec } from '../trace/input.ts';
import type { Network } from '../trace/network.ts';
import { digestOfFiles, type SavedFiles, savedFiles } from './files.ts';
import { constantOf, interpret, nameOfVariable } from './interpret.ts';
import { readSavedGraph, type SavedGraph, type SavedNode, type SavedTensorInfo, SERVE } from './schema.ts';

/**
 * Reads a SavedModel: its signature serving_default, or the only one that it has.
 * @throws UserError when it is damaged, when its files are smaller than its variables, or it has inputs that are no
 * numbers.
 */
export function savedModelNetwork(folder: string): Network & { parameters: number; digest: string } {
  const files = savedFiles(folder);
  const graph = readSavedGraph(folder);
  checkValues(folder, graph, files);
  const { inputs, outputs } = graph.signature;
  const functions = new Map(graph.functions.map((each) => [each.signature.name, each]));
  const variables = new Map([...constantWeights(graph.nodes), ...valuesOfVariables(folder, graph)]);
  // In the order of their names: the file itself has none.
  const ins = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  const outs = Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: basename(resolve(folder)),
    inputs: ins.map(([name, info]) => inputSpec(name, dtypeOf(name, info), shapeOf(info))),
    outputs: outs.map(([name]) => (name in inputs ? `${name}_out` : name)),
    run: (tensors) => {
      const feeds = new Map(ins.map(([, { name }], i) => [name.split(':')[0] ?? '', tensors[i] as Tensor]));
      return interpret(
        graph.nodes,
        { functions, variables },
        feeds,
        outs.map(([, { name }]) => name),
      );
    },
    variables,
    parameters: [...variables.values()].reduce((sum, { size }) => sum + size, 0),
    digest: digestOfFiles(folder, files),
  };
}

function shapeOf({ tensor_shape }: SavedTensorInfo): number[] | undefined {
  return tensor_shape?.unknown_rank ? undefined : tensor_shape?.dim.map(({ size }) => size);
}

function dtypeOf(name: string, { dtype }: SavedTensorInfo): string {
  if (dtype === DataType.float32) return 'float32';
  if (dtype === DataType.int32 || dtype === DataType.int64) return 'int32';
  if (dtype === DataType.uint8) return 'uint8';
  if (dtype === DataType.bool) return 'bool';
  throw new UserError(
    `Input ${name} of the SavedModel has TensorFlow's type ${dtype}; float32, int32, int64, uint8 and bool are exported.`,
  );
}

/** Weights of a graph that was frozen: they keep the names of their nodes. */
function constantWeights(nodes: readonly SavedNode[]): [string, Variable][] {
  return nodes.flatMap((node): [string, Variable][] => {
    const { op, attr } = node;
    if (op !== 'Const' || attr.value?.tensor?.dtype !== DataType.float32) return [];
    const tensor = constantOf(node);
    return tensor.size > 1 ? [[node.name, tf.variable(tensor, false)]] : [];
  });
}

/** Bytes of one element of the types of variables that are known here; others count nothing. */
const BYTES: ReadonlyMap<number, number> = new Map([
  [DataType.float32, 4],
  [DataType.int32, 4],
  [DataType.int64, 8],
]);

/** TensorFlow would make room for whatever the graph says first. */
function checkValues(folder: string, { nodes }: SavedGraph, { values }: SavedFiles): void {
  const sizes = nodes
    .filter(({ op }) => op === 'VarHandleOp')
    .map(({ name, attr }) => {
      const dims = attr.shape?.shape?.dim.map(({ size }) => size) ?? [];
      const each = BYTES.get(attr.dtype?.type ?? 0) ?? 0;
      return {
        name,
        dims,
        bytes: dims.some((size) => size < 0) ? 0 : each * sizeOf(dims),
      };
    });
  const claimed = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (claimed <= values) return;
  const largest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  throw new UserError(
    `${folder} says that its variables have ${claimed} bytes; its files variables/variables.data-* have ${values}. They are cut off, missing or of another model. The largest variable is ${largest.name} [${largest.dims}], ${largest.bytes} bytes.`,
  );
}

/** TensorFlow reads the values: what the graph itself asks of every variable when it is saved. */
function valuesOfVariables(folder: string, { nodes }: SavedGraph): [string, Variable][] {
  const handles = new Map(nodes.filter(({ op }) => op === 'VarHandleOp').map((node) => [node.name, node]));
  const reads = new Map<string, string>();
  for (const { op, name, input, attr } of nodes) {
    const handle = op === 'ReadVariableOp' ? handles.get(input[0]?.split(':')[0] ?? '') : undefined;
    if (handle !== undefined && attr.dtype?.type === DataType.float32)
      reads.set(nameOfVariable(handle), `${name}:0`);
  }
  if (reads.size === 0) return [];
  const session = backend.binding.loadSavedModel(folder, SERVE);
  try {
    const metadata = backend.binding.runSavedModel(session, [], '', [...reads.values()].join());
    return [...reads.keys()].map((name, i) => {
      const made = metadata[i];
      if (made === undefined) throw new Error(`TensorFlow gave no value for ${name}`);
      return [name, tf.variable(backend.createOutputTensor(made), false)];
    });
  } finally {
    backend.binding.deleteSavedModel(session);
  }
}
