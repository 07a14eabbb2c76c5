// A TensorFlow SavedModel as a network: its signature, run op by op, with the values of its variables.

import { basename, resolve } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { DataType, tf } from '../../train/graph/tensorflow.ts';
import { inputSpec } from '../trace/input.ts';
import type { Network } from '../trace/network.ts';
import { constantOf } from './constant.ts';
import { digestOfFiles, savedFiles } from './files.ts';
import { interpret } from './interpret.ts';
import { readSavedGraph, type SavedNode, type SavedTensorInfo } from './schema.ts';
import { storedType } from './types.ts';
import { checkValues, usedVariables, valuesOfVariables } from './variables.ts';

/**
 * Reads a SavedModel: its signature serving_default, or the only one that it has.
 * @throws UserError when it is damaged, when its files are smaller than its variables, or it has inputs that are no
 * numbers.
 */
export function savedModelNetwork(folder: string): Network & { parameters: number; digest: string } {
  const files = savedFiles(folder);
  const graph = readSavedGraph(folder);
  const used = usedVariables(graph);
  checkValues(folder, used, files);
  const { inputs, outputs } = graph.signature;
  const functions = new Map(graph.functions.map((each) => [each.signature.name, each]));
  const variables = new Map([...constantWeights(graph.nodes), ...valuesOfVariables(folder, graph, used)]);
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
    // Whole numbers are constants of the record.
    variables: new Map([...variables].filter(([, { dtype }]) => dtype === 'float32')),
    parameters: [...variables.values()].reduce((sum, { size }) => sum + size, 0),
    digest: digestOfFiles(folder, files),
  };
}

function shapeOf({ tensor_shape }: SavedTensorInfo): number[] | undefined {
  return tensor_shape?.unknown_rank ? undefined : tensor_shape?.dim.map(({ size }) => size);
}

function dtypeOf(name: string, { dtype }: SavedTensorInfo): string {
  const type = storedType(dtype);
  if (type !== undefined) return type.as;
  throw new UserError(
    `Input ${name} of the SavedModel has TensorFlow's type ${dtype}; floats, whole numbers and bool are exported.`,
  );
}

/** Weights of a graph that was frozen: they keep the names of their nodes. */
function constantWeights(nodes: readonly SavedNode[]): [string, Variable][] {
  return nodes.flatMap((node): [string, Variable][] => {
    const { op, attr } = node;
    if (op !== 'Const' || attr.value?.tensor?.dtype !== DataType.float32) return [];
    const { tensor } = constantOf(node);
    return tensor.size > 1 ? [[node.name, tf.variable(tensor, false)]] : [];
  });
}
