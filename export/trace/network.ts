// A network from anywhere: a function of tensors with named inputs and outputs, and its way to ONNX.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { stateOf } from '../../train/graph/state.ts';
import { convert } from '../convert.ts';
import { type InputSpec, type TracedGraph, traceModel } from './index.ts';

/** Something that can be traced. */
export interface Network {
  readonly name: string;
  readonly inputs: readonly InputSpec[];
  /** Names of the outputs, in their order. */
  readonly outputs: readonly string[];
  /** Inputs in the order of `inputs`; outputs in the order of `outputs`. */
  readonly run: (inputs: readonly Tensor[]) => Tensor[];
  /** What `run` depends on and what keeps its name in the file; other tensors that it uses become constants. */
  readonly variables: ReadonlyMap<string, Variable>;
}

export interface NetworkOptions {
  readonly opset?: number;
  /** Puts batch norm into the convolution or product before it. */
  readonly foldBatchNorm?: boolean;
}

/**
 * Converts a network: the same network gives the same model.
 *
 * @example
 * const model = networkToOnnx({
 *   name: 'double', inputs: [{ name: 'x', type: 'float32', shape: ['N', 3] }], outputs: ['y'],
 *   run: ([x]) => [tf.mul(x, 2)], variables: new Map(),
 * });
 * writeFileSync('double.onnx', encodeModel(model));
 *
 * @throws UserError for what cannot be exported; it names the op, its layer and a way out.
 */
export function networkToOnnx(network: Network, options: NetworkOptions = {}): ModelProto {
  const { name, outputs } = network;
  return convert(traceNetwork(network), stateOf(network.variables), { name, outputs, ...options });
}

/**
 * Records a network.
 * @throws UserError for what a trace cannot hold, or when names and outputs do not fit together.
 */
export function traceNetwork(network: Network): TracedGraph {
  checkNames(network);
  const graph = traceModel(network.run, network.inputs, network.variables);
  if (graph.outputs.length === network.outputs.length) return graph;
  throw new UserError(
    `${network.name} gives ${graph.outputs.length} outputs; ${network.outputs.length} names were given: ${network.outputs.join(', ')}.`,
  );
}

function checkNames({ name, inputs, outputs }: Network): void {
  const names = [...inputs.map((input) => input.name), ...outputs];
  const twice = names.find((each, i) => names.indexOf(each) !== i);
  if (twice !== undefined)
    throw new UserError(`${name} has two inputs or outputs called ${twice}: each needs a name of its own.`);
}
