// A network from anywhere: a function of tensors with named inputs and outputs, which can be traced and converted to ONNX.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { type State, stateOf } from '../../train/graph/state.ts';
import { convert } from '../convert.ts';
import { ANY_NUMBER, type InputSpec, type TracedGraph, traceModel } from './index.ts';

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

/** A recorded network, with the values of its variables. */
export interface TracedNetwork {
  readonly graph: TracedGraph;
  readonly state: State;
}

/** A function of pictures, and what it depends on. */
export interface PictureFunction {
  /** uint8 `[N,H,W,C]` to probabilities `[N,classes]`; of a model of numbers, to these `[N,numbers]`. */
  readonly probabilities: (images: Tensor) => Tensor;
  /** What these answers are called in a file: `probabilities` if left out. */
  readonly output?: 'probabilities' | 'values' | undefined;
  readonly variables: ReadonlyMap<string, Variable>;
}

/** What the output of a classifier is called, in every format. */
export const PROBABILITIES = 'probabilities';

/** A classifier as a network: from `image`, uint8 `[N,H,W,C]`, to `probabilities`, or `values`. */
export function classifierNetwork(
  { probabilities, variables, output = PROBABILITIES }: PictureFunction,
  shape: Shape,
  name = 'classifier',
): Network {
  return {
    name,
    inputs: [{ name: 'image', type: 'uint8', shape: [ANY_NUMBER, ...shape] }],
    outputs: [output],
    run: ([image]) => {
      if (image === undefined) throw new Error('a classifier has an input called image');
      return [probabilities(image)];
    },
    variables,
  };
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
  const { graph, state } = traceNetwork(network);
  return convert(graph, state, { name, outputs, ...options });
}

/**
 * Records a network and reads its variables.
 * @throws UserError for what a trace cannot hold, or when names and outputs do not fit together.
 */
export function traceNetwork(network: Network): TracedNetwork {
  checkNames(network);
  const graph = traceModel(network.run, network.inputs, network.variables);
  if (graph.outputs.length === network.outputs.length) return { graph, state: stateOf(network.variables) };
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
