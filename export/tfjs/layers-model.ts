// A tfjs layers model as a network, loaded without more memory than its weights take.
import type { LayersModel, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import type { Network } from '../network.ts';
import { inputSpec } from './input.ts';
import type { ModelFiles } from './model-json.ts';

/** The largest result of one layer for one picture that is computed, in numbers: 1 GiB of float32. */
const LARGEST_RESULT = 2 ** 28;

/** @throws UserError when its layers want more weights than its files have, or results beyond any memory. */
export async function layersNetwork({ artifacts, parameters }: ModelFiles, name: string): Promise<Network> {
  const model = await withinParameters(parameters, () => tf.loadLayersModel({ load: async () => artifacts }));
  return networkOfLayers(model, name);
}

/** A layers model that is in memory already. */
export function networkOfLayers(model: LayersModel, name: string): Network {
  for (const layer of model.layers) checkResult(layer.name, layer.outputShape);
  const weights = model.weights.map((weight) => [weight.name, weight.read() as Variable] as const);
  return {
    name,
    inputs: model.inputs.map((input, i) =>
      inputSpec(model.inputNames[i] ?? input.name, input.dtype, input.shape),
    ),
    outputs: outputNames(model),
    run: (inputs) => {
      const [only] = inputs;
      const made = model.apply(inputs.length === 1 && only ? only : [...inputs], { training: false });
      return [made].flat() as Tensor[];
    },
    variables: new Map(weights),
  };
}

/** After the layers that make them; a layer that makes several, or is an input as well, gets numbers. */
function outputNames({ outputNames, inputNames }: LayersModel): string[] {
  const taken = new Set(inputNames);
  return outputNames.map((name) => {
    let unique = name;
    for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`;
    taken.add(unique);
    return unique;
  });
}

type Shapes = LayersModel['layers'][number]['outputShape'];

function checkResult(layer: string, shapes: Shapes): void {
  for (const shape of shapes.some(Array.isArray) ? shapes : [shapes]) {
    const numbers = [shape].flat().reduce<number>((product, n) => product * (Number(n) || 1), 1);
    if (numbers > LARGEST_RESULT)
      throw new UserError(
        `Layer ${layer} makes [${shape}] of each picture, ${numbers.toExponential(1)} numbers; up to ${LARGEST_RESULT.toExponential(1)} are computed. model.json may be damaged.`,
      );
  }
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
    asked += shape.reduce((product, n) => product * n, 1);
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
