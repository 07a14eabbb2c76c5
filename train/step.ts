// The training step: forward, loss, gradients and optimiser as one compiled graph.
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import type { Shape } from './datasets/index.ts';
import { compile, type State } from './graph/compile.ts';
import { type MakeInputs, type Traceable, traceFixed } from './graph/retrace.ts';
import { tf, uint8Tensor } from './graph/tensorflow.ts';
import { countCorrect, crossEntropy } from './layers/loss.ts';
import { type Architecture, allParameters, netOf, type Parameters } from './layers/net.ts';
import { logitsOf } from './model.ts';
import { createOptimizer } from './optimizers/index.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import type { Recipe } from './recipes/index.ts';

/** What a step is given. */
export interface StepInputs {
  /** uint8 `[N,H,W,C]`, N the recipe's batch size; not changed while the step runs. */
  images: Uint8Array;
  /** int32 `[N]`. */
  labels: Int32Array;
  learningRate: number;
  momentum: number;
  /** Counts from 1. */
  step: number;
  /** Two int32 for the step's random ops. */
  seed: readonly [number, number];
}

/** Of the batch, before the weights changed. */
export interface StepResult {
  loss: number;
  correct: number;
}

export interface TrainingStep {
  run(inputs: StepInputs): StepResult;
  /** Weights, statistics and optimizer slots by name. */
  read(): Map<string, Float32Array>;
  write(state: State): void;
  /** The shape of everything that `read` gives. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  dispose(): void;
}

/** Compiles the step of `recipe`, starting from the values that `parameters` have now. */
export function createStep(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  shape: Shape,
): TrainingStep {
  const optimizer = createOptimizer(recipe.optimizer);
  const slots = createSlots(optimizer, parameters);
  const variables = new Map([...allParameters(parameters), ...slots]);
  const fn = stepFunction(recipe, architecture, parameters, optimizer, slots);
  const compiled = compile({ train: traceFixed(fn, exampleInputs(shape), recipe.batchSize, variables) });
  compiled.write(new Map([...variables].map(([name, variable]) => [name, values(variable)])));
  for (const variable of slots.values()) variable.dispose();

  return {
    run({ images, labels, learningRate, momentum, step, seed }) {
      const inputs = {
        images: uint8Tensor(images, [labels.length, ...shape]),
        labels: tf.tensor1d(labels, 'int32'),
        learningRate: tf.scalar(learningRate),
        momentum: tf.scalar(momentum),
        step: tf.scalar(step),
        seed: tf.tensor1d([...seed], 'int32'),
      };
      const outputs = compiled.run('train', inputs);
      const [loss = Number.NaN, correct = Number.NaN] = outputs.map((output) => values(output)[0]);
      tf.dispose([inputs, outputs]);
      return { loss, correct };
    },
    read: compiled.read,
    write: compiled.write,
    shapes: new Map([...variables].map(([name, { shape: dims }]) => [name, dims])),
    dispose: compiled.dispose,
  };
}

/** The step as a tfjs function: it assigns the new weights and returns `[loss, correct]`. */
export function stepFunction(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  optimizer: Optimizer,
  slots: ReadonlyMap<string, Variable>,
): Traceable {
  return ({ images, labels, seed, ...scalars }) => {
    const { learningRate, momentum, step } = scalars;
    if (!images || !labels || !seed || !learningRate || !momentum || !step)
      throw new Error('the step takes images, labels, learningRate, momentum, step and seed');
    const net = netOf(parameters, { training: true, seed });
    let correct: Tensor | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const logits = logitsOf(net, architecture, recipe.standardise, images);
      correct = tf.keep(countCorrect(logits, labels));
      return crossEntropy(logits, labels, recipe.labelSmoothing) as Scalar;
    }, [...parameters.weights.values()]);
    for (const [name, weight] of parameters.weights) {
      const gradient = grads[weight.name];
      if (gradient === undefined) throw new Error(`the loss does not depend on ${name}`);
      const own = Object.fromEntries(
        optimizer.slots.map((slot) => [slot, find(slots, slotName(slot, name))]),
      );
      const update = optimizer.update(weight, gradient, own, { learningRate, momentum, step });
      weight.assign(update.weight as Tensor<never>);
      for (const [slot, tensor] of Object.entries(update.slots)) own[slot]?.assign(tensor as Tensor<never>);
    }
    return [value, ...(correct ? [correct] : [])];
  };
}

/** The optimizer's slots, all zero. */
export function createSlots(optimizer: Optimizer, { weights }: Parameters): Map<string, Variable> {
  return new Map(
    [...weights].flatMap(([name, weight]) =>
      optimizer.slots.map((slot) => [
        slotName(slot, name),
        tf.tidy(() => tf.variable(tf.zerosLike(weight as Tensor), false)),
      ]),
    ),
  );
}

function slotName(slot: string, weight: string): string {
  return `optimizer/${slot}/${weight}`;
}

function exampleInputs(shape: Shape): MakeInputs {
  return (n) => [
    {
      name: 'images',
      tensor: uint8Tensor(new Uint8Array(n * shape[0] * shape[1] * shape[2]), [n, ...shape]),
    },
    { name: 'labels', tensor: tf.zeros([n], 'int32') },
    { name: 'learningRate', tensor: tf.scalar(0.1) },
    { name: 'momentum', tensor: tf.scalar(0.9) },
    { name: 'step', tensor: tf.scalar(1) },
    { name: 'seed', tensor: tf.tensor1d([1, 2], 'int32') },
  ];
}

function find(slots: ReadonlyMap<string, Variable>, name: string): Variable {
  const variable = slots.get(name);
  if (variable === undefined) throw new Error(`there is no slot ${name}`);
  return variable;
}

function values(tensor: Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}
