// A tfjs graph model as a network.
import type { GraphModel, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { uniqueNames } from '../../models/onnx/unique-names.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { inputSpec } from '../trace/input.ts';
import type { Network } from '../trace/network.ts';
import type { ModelFiles } from './model-json.ts';

/** @throws UserError when it has loops or branches, or an op that tfjs does not know. */
export async function graphNetwork({ artifacts }: ModelFiles, name: string): Promise<Network> {
  return networkOfGraph(await tf.loadGraphModel({ load: async () => artifacts }), name);
}

/** A graph model that is in memory already. */
export function networkOfGraph(model: GraphModel, name: string): Network {
  // By tfjs's own names, and as the signature calls them, without TensorFlow's `:0`.
  const inputs = model.inputs.map(({ name: node, dtype, shape }) => ({
    node,
    spec: inputSpec(plain(node), dtype, shape),
  }));
  return {
    name,
    inputs: inputs.map(({ spec }) => spec),
    outputs: outputNames(
      model,
      inputs.map(({ spec }) => spec.name),
    ),
    run: (tensors) => {
      const feeds = Object.fromEntries(inputs.map(({ node }, i) => [node, tensors[i] as Tensor]));
      try {
        return [
          model.execute(
            feeds,
            model.outputs.map(({ name: output }) => output),
          ),
        ].flat();
      } catch (error) {
        if (error instanceof Error && /executeAsync|dynamic op/.test(error.message))
          throw new UserError(
            `${name} has loops, branches or results whose size depends on the values: ${error.message.split('\n')[0]}. Export the part before them: its outputs can be named in a signature when the model is converted to tfjs.`,
          );
        throw error;
      }
    },
    variables: weightsOf(model),
  };
}

/** Weights of float32 keep their names; whole numbers are shapes and axes. */
function weightsOf(model: GraphModel): Map<string, Variable> {
  const variables = new Map<string, Variable>();
  for (const [name, tensors] of Object.entries(model.weights)) {
    const [tensor] = tensors;
    if (tensor?.dtype === 'float32' && tensor.size > 1) variables.set(name, tf.variable(tensor, false));
  }
  return variables;
}

function plain(name: string): string {
  return name.replace(/:0$/, '');
}

function outputNames({ outputs }: GraphModel, taken: readonly string[]): string[] {
  const unique = uniqueNames(taken);
  return outputs.map(({ name }) => unique(plain(name)));
}
