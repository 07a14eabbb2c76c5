// The network of a checkpoint, as the function that is exported.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { createArchitecture } from '../../train/architectures/index.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { MEAN_IMAGE } from '../../train/layers/mean-image.ts';
import { countWeights, dryRun, netOf, type Parameters } from '../../train/layers/net.ts';
import { averageOf } from '../../train/loop/step-variables.ts';
import type { Recipe } from '../../train/recipes/index.ts';
import { builtIn, type Registry } from '../../train/recipes/registry.ts';
import type { Checkpoint } from '../../train/runs/checkpoint.ts';
import { answersOf, outputsOf, withScale } from '../../train/tasks/outputs.ts';
import { TARGET_DEVIATION, TARGET_MEAN } from '../../train/tasks/target-scale.ts';
import { taskOf } from '../../train/tasks/task.ts';

export interface CheckpointNetwork {
  /** uint8 `[N,H,W,C]` to logits `[N,classes]`; of a recipe of numbers, to these. */
  readonly logits: (images: Tensor) => Tensor;
  /** Of a head that takes features as bytes: features `[N,F]` to logits. */
  readonly onFeatures?: (features: Tensor) => Tensor;
  /** uint8 `[N,H,W,C]` to what a file answers: probabilities `[N,classes]`, or numbers. */
  readonly probabilities: (images: Tensor) => Tensor;
  /** Weights and statistics by name; the averages where the recipe averages, as in evaluation. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Number of trained values. */
  readonly parameters: number;
}

/**
 * The network of a checkpoint with its weights.
 * @param path - For messages.
 * @param views - Test-time augmentation within the network.
 * @param registry - What the recipe names: our lists if left out.
 * @throws UserError when the weights do not fit the network of the recipe.
 */
export function networkOf(
  path: string,
  { recipe, tensors }: Checkpoint,
  classes: number,
  shape: Shape,
  views: Recipe['tta'],
  { architectures }: Registry = builtIn,
): CheckpointNetwork {
  const architecture = createArchitecture(recipe.architecture, classes, architectures);
  const parameters: Parameters = { weights: new Map(), statistics: new Map() };
  const variables = new Map<string, Variable>();
  const read = (name: string, dims: readonly number[], kind: keyof Parameters) => {
    const tensor = tensors.get(recipe.average ? averageOf(name) : name);
    if (tensor?.shape.join() !== dims.join())
      throw new UserError(
        `${path} does not fit the network of its recipe: ${name} is ${tensor ? `[${tensor.shape}]` : 'missing'}, expected [${dims}].`,
      );
    const variable = tf.tidy(() => tf.variable(tf.tensor(tensor.values, [...dims], 'float32'), false));
    parameters[kind].set(name, variable);
    variables.set(name, variable);
  };
  // The order of the variables is that of the initializers in the file: as the forward pass asks for them.
  if (recipe.standardize.meanImage) read(MEAN_IMAGE, shape, 'statistics');
  for (const [name, { kind, shape: dims }] of dryRun(architecture, shape))
    read(name, dims, kind === 'weight' ? 'weights' : 'statistics');
  const task = taskOf(recipe);
  if (task === 'regression')
    for (const name of [TARGET_MEAN, TARGET_DEVIATION]) read(name, [classes], 'statistics');
  const net = netOf(parameters, { training: false });
  const logits = (images: Tensor) => outputsOf(task, net, architecture, recipe.standardize, images, views);
  const { onFeatures } = architecture;
  return {
    logits,
    probabilities: (images) => answersOf(task, logits(images)),
    variables,
    parameters: countWeights(parameters),
    ...(onFeatures && { onFeatures: (features) => withScale(task, net, onFeatures(net, features)) }),
  };
}
