// A tfjs layers model as a network, loaded without more memory than its weights take.
import type { LayersModel, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { uniqueNames } from '../../models/onnx/unique-names.ts';
import { sizeOf } from '../../models/shape.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { inputSpec } from '../trace/input.ts';
import type { Network } from '../trace/network.ts';
import { assignKeras3 } from './keras-3/weights.ts';
import type { ModelFiles } from './model-json.ts';
import { withUnknownSizes } from './unknown-sizes.ts';

/** The largest result of one layer for one picture that is computed, in numbers: 1 GiB of float32. */
const LARGEST_RESULT = 2 ** 28;

/** @throws UserError when its layers want more weights than its files have, or results beyond any memory. */
export async function layersNetwork(
  { artifacts, parameters, keras3 }: ModelFiles,
  name: string,
): Promise<Network> {
  const { weightData, weightSpecs, ...withoutWeights } = artifacts;
  const loaded = keras3 ? withoutWeights : artifacts;
  const model = await withinParameters(parameters, () =>
    withUnknownSizes(() => tf.loadLayersModel({ load: async () => loaded })),
  );
  if (keras3 && weightData !== undefined && weightSpecs !== undefined) {
    const values = tf.io.decodeWeights(weightData, weightSpecs);
    assignKeras3(model, values);
    tf.dispose(values);
  }
  return networkOfLayers(model, name);
}

/** A layers model that is in memory already. Inputs, outputs and weights are called after their layers. */
export function networkOfLayers(model: LayersModel, name: string): Network {
  checkResults(model);
  refuseStateful(model);
  refuseRepeated(model);
  const unique = uniqueNames();
  const inputs = model.inputs.map(({ sourceLayer, dtype, shape }) =>
    inputSpec(unique(sourceLayer.name), dtype, shape),
  );
  return {
    name,
    inputs,
    outputs: model.outputs.map(({ sourceLayer }) => unique(sourceLayer.name)),
    run: (tensors) => {
      const [only] = tensors;
      const applied = model.apply(tensors.length === 1 && only ? only : [...tensors], { training: false });
      const made = [applied].flat() as Tensor[];
      // tfjs fills in a result that is listed twice only where it is listed first.
      return model.outputs.flatMap((output) => made[model.outputs.indexOf(output)] ?? []);
    },
    variables: weightsOf(model),
  };
}

/** @throws UserError for a layer whose answer depends on the calls before. */
function refuseStateful({ layers }: LayersModel): void {
  // The border with tfjs: its types leave out what every recurrent layer has.
  const stateful = layers.find((layer) => Reflect.get(layer, 'stateful') === true);
  if (stateful === undefined) return;
  throw new UserError(
    `Layer ${stateful.name} is stateful: it goes on from the state of the call before, which a model file cannot hold. Save the model with \`stateful: false\`, which begins every call anew.`,
  );
}

/** @throws UserError for a model within the model that lists a result twice: tfjs computes nothing with the second. */
function refuseRepeated({ layers }: LayersModel): void {
  for (const layer of layers) {
    if (!('layers' in layer)) continue;
    const inner = layer as LayersModel;
    const again = inner.outputs.find((output, i) => inner.outputs.indexOf(output) !== i);
    if (again !== undefined)
      throw new UserError(
        `Model ${inner.name}, which is a layer, lists the result of layer ${again.sourceLayer.name} twice among its outputs, and tfjs computes only the first. Save it with each result listed once, and use that one twice.`,
      );
    refuseRepeated(inner);
  }
}

/**
 * By their names in the layers: tfjs adds numbers to those that this process has seen before. A layer that is in several
 * models within the model has its weights once.
 */
function weightsOf({ weights }: LayersModel): Map<string, Variable> {
  const unique = uniqueNames();
  return new Map(
    [...new Set(weights)].map((weight) => [unique(weight.originalName), weight.read() as Variable]),
  );
}

/** Of every call of every layer, and of the layers of models within the model. */
function checkResults({ layers }: LayersModel): void {
  for (const layer of layers) {
    for (const { outputShapes } of layer.inboundNodes)
      for (const shape of outputShapes.some(Array.isArray) ? outputShapes : [outputShapes])
        checkResult(layer.name, [shape].flat());
    if ('layers' in layer) checkResults(layer as LayersModel);
  }
}

function checkResult(layer: string, shape: readonly unknown[]): void {
  const numbers = shape.reduce<number>((product, n) => product * (Number(n) || 1), 1);
  if (numbers > LARGEST_RESULT)
    throw new UserError(
      `Layer ${layer} makes [${shape}] of each picture, ${numbers.toExponential(1)} numbers; up to ${LARGEST_RESULT.toExponential(1)} are computed. model.json may be damaged.`,
    );
}

/**
 * Runs `load` while layers may not make more weights than `parameters` numbers: tfjs makes them before it compares
 * them with what the files hold, and a damaged model.json could ask for any amount.
 */
async function withinParameters<T>(parameters: number, load: () => Promise<T>): Promise<T> {
  const { prototype } = tf.layers.Layer;
  // The border with tfjs: the method is protected.
  const add = Reflect.get(prototype, 'addWeight') as (name: string, shape: readonly number[]) => unknown;
  let asked = 0;
  Reflect.set(prototype, 'addWeight', function (this: { name: string }, ...args: Parameters<typeof add>) {
    const [weight, shape] = args;
    asked += sizeOf(shape);
    if (!(asked <= parameters))
      throw new UserError(
        `Layer ${this.name} wants a weight ${weight} [${shape}]; with it the layers have more numbers than the ${parameters} that the weight files hold. model.json is damaged, or of another model.`,
      );
    return add.apply(this, args);
  });
  try {
    return await load();
  } finally {
    Reflect.set(prototype, 'addWeight', add);
  }
}
