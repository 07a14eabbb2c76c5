// The training step as tfjs functions, which are traced: gradients, updates, sums over parts of a batch, slow copies.
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import type { Traceable } from '../graph/retrace.ts';
import { tf } from '../graph/tensorflow.ts';
import { distillation } from '../layers/distill-loss.ts';
import { logitsOf } from '../layers/forward.ts';
import { countCorrect, crossEntropy } from '../layers/loss.ts';
import { type Architecture, type Net, netOf, type Parameters } from '../layers/net.ts';
import { distanceOf, labelsCrossEntropy } from '../layers/target-loss.ts';
import { isTrained } from '../optimizers/groups.ts';
import type { Updater } from '../optimizers/updater.ts';
import type { Recipe } from '../recipes/index.ts';
import { classWeightsIn } from '../tasks/class-weights.ts';
import { standardizedTargets } from '../tasks/target-scale.ts';
import { NUMBER_LOSS, taskOf } from '../tasks/task.ts';
import { sumOf, weightOfSum } from './step-variables.ts';

/** Gradients of the weights that are trained, by name, the loss, and how many of the batch are right. */
export type Gradients = (inputs: Record<string, Tensor>) => {
  gradients: Map<string, Tensor>;
  results: Tensor[];
};

/** Computes the gradients of the weights called `names`. */
export function gradientFunction(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  names: readonly string[],
): Gradients {
  const weights = names.map((name) => [name, required(parameters.weights.get(name), name)] as const);
  return ({ image, seed, ...answers }) => {
    const net = netOf(parameters, { training: true, seed: required(seed, 'seed') });
    let correct: Tensor | undefined;
    const { value, grads } = tf.variableGrads(
      () => {
        const logits = logitsOf(net, architecture, recipe.standardize, required(image, 'image'));
        const judged = judge(recipe, net, logits, answers);
        correct = tf.keep(judged.correct);
        return withTeacher(recipe, judged.loss, logits, answers.teacher) as Scalar;
      },
      weights.map(([, weight]) => weight),
    );
    const gradients = weights.map(
      ([name, weight]) => [name, required(grads[weight.name], `gradient of ${name}`)] as const,
    );
    return { gradients: new Map(gradients), results: [value, required(correct, 'count of right answers')] };
  };
}

/** The loss of a batch, and how many of its pictures are right: none of those whose task has targets. */
function judge(
  recipe: Recipe,
  net: Net,
  logits: Tensor,
  { labels, others, shares, targets }: Record<string, Tensor>,
): { loss: Tensor; correct: Tensor } {
  if (taskOf(recipe) === 'single') {
    const own = required(labels, 'labels');
    const mixture = others && shares && { others, shares };
    return {
      correct: countCorrect(logits, own),
      loss: crossEntropy(logits, own, {
        smoothing: recipe.labelSmoothing,
        mixture,
        focus: recipe.focal,
        weights: recipe.classWeights && classWeightsIn(net, logits.shape[1] ?? 0),
      }),
    };
  }
  const own = required(targets, 'targets');
  const loss =
    recipe.task === 'multi'
      ? labelsCrossEntropy(logits, own, recipe.labelSmoothing)
      : distanceOf(recipe.loss ?? NUMBER_LOSS, logits, standardizedTargets(net, own));
  return { loss, correct: tf.scalar(0) };
}

/** The loss with the teacher's share in it, where the recipe has one. */
function withTeacher(
  { distill, task }: Recipe,
  loss: Tensor,
  logits: Tensor,
  teacher: Tensor | undefined,
): Tensor {
  if (distill === undefined) return loss;
  const { temperature, weight } = distill;
  const taught = distillation(
    logits,
    required(teacher, 'answers of the teacher'),
    temperature,
    task === 'multi',
  );
  return tf.add(tf.mul(loss, 1 - weight), tf.mul(taught, weight));
}

/** The step as a tfjs function, when a share `done` of the training is: it assigns the new weights and returns `[loss, correct]`. */
export function stepFunction(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  updater: Updater,
  done = 0,
): Traceable {
  const names = [...parameters.weights.keys()].filter((name) => isTrained(name, recipe.groups, done));
  return trainFunction(gradientFunction(recipe, architecture, parameters, names), updater);
}

/** Updates the weights by their gradients. */
export function trainFunction(compute: Gradients, updater: Updater): Traceable {
  return (inputs) => {
    const { gradients, results } = compute(inputs);
    updater.apply(gradients, scalarsOf(inputs));
    return results;
  };
}

/** Adds a part's share of the gradients to `sums`. */
export function sumFunction(
  compute: Gradients,
  sums: ReadonlyMap<string, Variable>,
  parts: number,
): Traceable {
  return (inputs) => {
    const { gradients, results } = compute(inputs);
    for (const [name, gradient] of gradients) {
      const sum = required(sums.get(sumOf(name)), sumOf(name));
      sum.assign(tf.add(sum, tf.div(gradient, parts)) as Tensor<never>);
    }
    return results;
  };
}

/** Updates the weights by `sums`, and empties them. */
export function applyFunction(updater: Updater, sums: ReadonlyMap<string, Variable>): Traceable {
  return (inputs) => {
    const gradients = new Map([...sums].map(([name, sum]) => [weightOfSum(name), tf.mul(sum as Tensor, 1)]));
    updater.apply(gradients, scalarsOf(inputs));
    for (const sum of sums.values()) sum.assign(tf.zerosLike(sum as Tensor) as Tensor<never>);
    return [tf.mul(required(inputs.step, 'step'), 1)];
  };
}

/** Moves slow copies toward their sources; with `back`, the sources become the copies (lookahead). */
export function blendFunction(
  sources: ReadonlyMap<string, Variable>,
  targets: ReadonlyMap<string, Variable>,
  back = false,
): Traceable {
  return ({ decay }) => {
    const copiesInOrder = [...targets.values()];
    for (const [i, source] of [...sources.values()].entries()) {
      const copy = required(copiesInOrder[i], 'copy of a weight');
      const blended = tf.add(
        tf.mul(copy, required(decay, 'decay')),
        tf.mul(source, tf.sub(1, required(decay, 'decay'))),
      );
      copy.assign(blended as Tensor<never>);
      if (back) source.assign(blended as Tensor<never>);
    }
    return [tf.mul(required(decay, 'decay'), 1)];
  };
}

function scalarsOf({ learningRate, momentum, step }: Record<string, Tensor>) {
  return {
    learningRate: required(learningRate, 'learning rate'),
    momentum: required(momentum, 'momentum'),
    step: required(step, 'step'),
  };
}

/** @throws Error where the step lacks an input, a gradient or a variable. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the step lacks its ${what}`);
  return value;
}
