// The networks of the export benchmark, with random weights: exporting them takes as long as with trained ones.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { classifierNetwork, traceNetwork } from '../../../export/trace/network.ts';
import { createArchitecture } from '../../../train/architectures/index.ts';
import { probabilitiesOf } from '../../../train/layers/forward.ts';
import { allParameters, createParameters, netOf } from '../../../train/layers/net.ts';
import { normal, random } from '../../../train/random.ts';
import { resolveRecipe } from '../../../train/recipes/index.ts';
import type { Checkpoint } from '../../../train/runs/checkpoint.ts';
import { CLASSES, networkOf } from '../train/networks.ts';

/** A network, its trace and the values of its variables. */
export function build(name: string) {
  const network = networkOf(name);
  // Evaluation takes the averages of a recipe's weights; here there are only weights.
  const { average: _, ...rest } = network.recipe;
  const recipe = resolveRecipe(rest);
  const [height, width, channels] = network.shape;
  const shape: [number, number, number] = [height, width, channels];
  const next = random(1, 'bench/export');
  const examples = () => ({
    values: Float32Array.from({ length: 20 * height * width * channels }, () => normal(next)),
    shape: [20, ...shape] as const,
  });
  const architecture = createArchitecture(recipe.architecture, CLASSES);
  const parameters = createParameters(architecture, shape, 1, examples);
  const net = netOf(parameters, { training: false });
  const variables = allParameters(parameters);
  const probabilities = (images: Tensor) => probabilitiesOf(net, architecture, recipe.standardize, images);
  const input = { shape: [height, width, channels === 1 ? 1 : 3], prepare: recipe.prepare } as const;
  const traced = traceNetwork(classifierNetwork({ probabilities, variables }, shape));
  return { recipe, shape, input, variables, ...traced };
}

/** A checkpoint as training writes it, without the optimizer's slots. */
export function checkpointOf(name: string): Checkpoint {
  const { recipe, variables, state } = build(name);
  const tensors = [...state].map(
    ([key, values]) => [key, { shape: variables.get(key)?.shape ?? [], values }] as const,
  );
  const progress = { step: 1, stepsPerEpoch: 1, lossSum: 0, history: [] };
  return {
    recipe,
    progress: { ...progress, datasetDigests: { train: '', validation: '' } },
    tensors: new Map(tensors),
  };
}
