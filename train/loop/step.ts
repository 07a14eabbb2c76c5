// The training step: forward, loss, gradients and optimizer as compiled graphs that share their variables.
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import type { Shape } from '../../models/image/shape.ts';
import { mixes } from '../augment/index.ts';
import { toBfloat16 } from '../graph/bfloat16.ts';
import { compile } from '../graph/compile.ts';
import { filterGradientsAsProducts } from '../graph/filter-gradient.ts';
import { canFuseGelu, geluFused } from '../graph/fused-gelu.ts';
import type { Graph } from '../graph/graph.ts';
import { reluGradientsPooled } from '../graph/pool-gradient.ts';
import { type MakeInputs, type Traceable, traceDynamic, traceFixed } from '../graph/retrace.ts';
import type { State } from '../graph/state.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import { logitsOf } from '../layers/forward.ts';
import { countCorrect, crossEntropy } from '../layers/loss.ts';
import { type Architecture, allParameters, netOf, type Parameters } from '../layers/net.ts';
import { isTrained, phasesOf } from '../optimizers/groups.ts';
import type { OptimizerDefinition } from '../optimizers/optimizer.ts';
import { createUpdater, type Updater } from '../optimizers/updater.ts';
import type { Recipe } from '../recipes/index.ts';

/** What a step is given. */
export interface StepInputs {
  /** uint8 `[N,H,W,C]`, N the recipe's batch size; not changed while the step runs. */
  images: Uint8Array;
  /** int32 `[N]`. */
  labels: Int32Array;
  /** Where the recipe mixes pictures: int32 and float32 `[N]` as in a batch; left out, nothing is mixed. */
  others?: Int32Array;
  shares?: Float32Array;
  learningRate: number;
  momentum: number;
  /** Counts from 1. */
  step: number;
  /** Two int32 for the step's random ops. */
  seed: readonly [number, number];
  /** Share of the training that lies behind, 0 if left out: groups of weights may end theirs early. */
  done?: number;
}

/** Of the batch, before the weights changed. */
export interface StepResult {
  loss: number;
  correct: number;
}

export interface TrainingStep {
  run(inputs: StepInputs): StepResult;
  /** Logits `[N,classes]` of uint8 `[N,H,W,C]`, any N, by the averaged weights where the recipe averages. */
  logits(images: Uint8Array): Float32Array;
  /** The same, averaged over the views of the recipe's test-time augmentation. */
  averagedLogits(images: Uint8Array): Float32Array;
  /** Moves every slow copy toward its weight: `copy = decay * copy + (1 - decay) * weight`. */
  blend(copy: 'average' | 'lookahead', decay: number): void;
  /** Weights, statistics, optimizer slots and slow copies by name. */
  read(): Map<string, Float32Array>;
  write(state: State): void;
  /** The shape of everything that `read` gives. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  dispose(): void;
}

/** Name of the averaged copy of a weight or statistic. */
export const averageOf = (name: string) => `average/${name}`;

/**
 * Compiles the step of `recipe`, starting from the values that `parameters` have now.
 * @param optimizers - Those that the recipe can name: the built-in ones if left out.
 */
export function createStep(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  shape: Shape,
  optimizers?: readonly OptimizerDefinition[],
): TrainingStep {
  const own = allParameters(parameters);
  const updater = createUpdater(recipe, parameters.weights, optimizers);
  const averages = recipe.average ? copies(averageOf, own) : new Map<string, Variable>();
  const slow = recipe.lookahead ? copies((name) => `lookahead/${name}`, own) : new Map<string, Variable>();
  const sums =
    recipe.accumulate > 1
      ? copies((name) => `sum/${name}`, parameters.weights, 0)
      : new Map<string, Variable>();
  const variables = new Map([...own, ...updater.slots, ...averages, ...slow, ...sums]);

  const part = recipe.batchSize / recipe.accumulate;
  const fuses = canFuseGelu();
  const improved = (traced: Graph) => {
    const pooled = reluGradientsPooled(traced);
    const graph = fuses ? geluFused(pooled) : pooled;
    return recipe.precision === 'bfloat16' ? filterGradientsAsProducts(toBfloat16(graph)) : graph;
  };
  const trace = (fn: Traceable, inputs: MakeInputs) => traceFixed(fn, inputs, part, variables);
  const evaluated = recipe.average
    ? new Map([...own].map(([name, variable]) => [averageOf(name), variable]))
    : own;
  const predict = (tta: Recipe['tta']) =>
    traceDynamic(
      ({ images }) => [
        logitsOf(
          netOf(parameters, { training: false }),
          architecture,
          recipe.standardize,
          given(images),
          tta,
        ),
      ],
      (n) => [imagesInput(n, shape)],
      evaluated,
    );
  const isMixed = mixes(recipe.augment);
  const inputsOf = trainInputs(shape, isMixed);
  const phases = phasesOf(recipe.groups);
  const training = phases.map((start): [string, Graph][] => {
    const names = [...parameters.weights.keys()].filter((name) => isTrained(name, recipe.groups, start));
    const gradients = gradientFunction(recipe, architecture, parameters, names);
    if (recipe.accumulate === 1)
      return [[`train/${start}`, improved(trace(trainFunction(gradients, updater), inputsOf))]];
    const some = new Map(names.map((name) => [`sum/${name}`, given(sums.get(`sum/${name}`))]));
    return [
      [`train/${start}`, improved(trace(sumFunction(gradients, some, recipe.accumulate), inputsOf))],
      [`apply/${start}`, trace(applyFunction(updater, some), () => scalarInputs())],
    ];
  });
  const compiled = compile<string>({
    ...Object.fromEntries(training.flat()),
    ...(recipe.average && { average: trace(blendFunction(own, averages), () => [scalar('decay')]) }),
    ...(recipe.lookahead && { lookahead: trace(blendFunction(own, slow, true), () => [scalar('decay')]) }),
    predict: predict('none'),
    ...(recipe.tta !== 'none' && { averaged: predict(recipe.tta) }),
  });
  compiled.assign(variables);
  for (const [name, variable] of variables) if (!own.has(name)) variable.dispose();

  const size = shape[0] * shape[1] * shape[2];
  const runPart = (
    k: number,
    { images, labels, others, shares, learningRate, momentum, step, seed, done = 0 }: StepInputs,
  ): StepResult => {
    const phase = phases.filter((start) => start <= done).at(-1);
    const [from, to] = [k * part, (k + 1) * part];
    const inputs = {
      images: uint8Tensor(images.subarray(from * size, to * size), [part, ...shape]),
      labels: tf.tensor1d(labels.subarray(from, to), 'int32'),
      ...(isMixed && {
        others: tf.tensor1d((others ?? labels).subarray(from, to), 'int32'),
        shares: shares === undefined ? tf.ones([part]) : tf.tensor1d(shares.subarray(from, to)),
      }),
      learningRate: tf.scalar(learningRate),
      momentum: tf.scalar(momentum),
      step: tf.scalar(step),
      seed: tf.tensor1d([seed[0] ^ k, seed[1]], 'int32'),
    };
    const outputs = compiled.run(`train/${phase}`, inputs);
    const [loss = Number.NaN, correct = Number.NaN] = outputs.map((output) => values(output)[0]);
    if (k === recipe.accumulate - 1 && k > 0) tf.dispose(compiled.run(`apply/${phase}`, inputs));
    tf.dispose([inputs, outputs]);
    return { loss, correct };
  };
  const logits = (program: string, images: Uint8Array): Float32Array => {
    const tensor = uint8Tensor(images, [images.length / size, ...shape]);
    const outputs = compiled.run(program, { images: tensor });
    const result = values(given(outputs[0]));
    tf.dispose([tensor, outputs]);
    return result;
  };
  return {
    run(inputs) {
      const total = { loss: 0, correct: 0 };
      for (let k = 0; k < recipe.accumulate; k++) {
        const { loss, correct } = runPart(k, inputs);
        total.loss += loss / recipe.accumulate;
        total.correct += correct;
      }
      return total;
    },
    logits: (images) => logits('predict', images),
    averagedLogits: (images) => logits(recipe.tta === 'none' ? 'predict' : 'averaged', images),
    blend(copy, decay) {
      const tensor = tf.scalar(decay);
      tf.dispose([tensor, compiled.run(copy, { decay: tensor })]);
    },
    read: compiled.read,
    write: compiled.write,
    shapes: new Map([...variables].map(([name, { shape: dims }]) => [name, dims])),
    dispose: compiled.dispose,
  };
}

/** Gradients of the weights that are trained, by name, the loss, and how many of the batch are right. */
type Gradients = (inputs: Record<string, Tensor>) => { gradients: Map<string, Tensor>; results: Tensor[] };

function gradientFunction(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  names: readonly string[],
): Gradients {
  const weights = names.map((name) => [name, given(parameters.weights.get(name))] as const);
  return ({ images, labels, others, shares, seed }) => {
    const net = netOf(parameters, { training: true, seed: given(seed) });
    let correct: Tensor | undefined;
    const { value, grads } = tf.variableGrads(
      () => {
        const logits = logitsOf(net, architecture, recipe.standardize, given(images));
        correct = tf.keep(countCorrect(logits, given(labels)));
        const mixture = others && shares && { others, shares };
        return crossEntropy(logits, given(labels), recipe.labelSmoothing, mixture) as Scalar;
      },
      weights.map(([, weight]) => weight),
    );
    const gradients = weights.map(([name, weight]) => [name, given(grads[weight.name])] as const);
    return { gradients: new Map(gradients), results: [value, given(correct)] };
  };
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

function trainFunction(compute: Gradients, updater: Updater): Traceable {
  return (inputs) => {
    const { gradients, results } = compute(inputs);
    updater.apply(gradients, scalarsOf(inputs));
    return results;
  };
}

/** Adds a part's share of the gradients to `sums`. */
function sumFunction(compute: Gradients, sums: ReadonlyMap<string, Variable>, parts: number): Traceable {
  return (inputs) => {
    const { gradients, results } = compute(inputs);
    for (const [name, gradient] of gradients) {
      const sum = given(sums.get(`sum/${name}`));
      sum.assign(tf.add(sum, tf.div(gradient, parts)) as Tensor<never>);
    }
    return results;
  };
}

/** Updates the weights by `sums`, and empties them. */
function applyFunction(updater: Updater, sums: ReadonlyMap<string, Variable>): Traceable {
  return (inputs) => {
    const gradients = new Map(
      [...sums].map(([name, sum]) => [name.slice('sum/'.length), tf.mul(sum as Tensor, 1)]),
    );
    updater.apply(gradients, scalarsOf(inputs));
    for (const sum of sums.values()) sum.assign(tf.zerosLike(sum as Tensor) as Tensor<never>);
    return [tf.mul(given(inputs.step), 1)];
  };
}

/** Moves slow copies toward their sources; with `back`, the sources become the copies (lookahead). */
function blendFunction(
  sources: ReadonlyMap<string, Variable>,
  targets: ReadonlyMap<string, Variable>,
  back = false,
): Traceable {
  return ({ decay }) => {
    const copiesInOrder = [...targets.values()];
    for (const [i, source] of [...sources.values()].entries()) {
      const copy = given(copiesInOrder[i]);
      const blended = tf.add(tf.mul(copy, given(decay)), tf.mul(source, tf.sub(1, given(decay))));
      copy.assign(blended as Tensor<never>);
      if (back) source.assign(blended as Tensor<never>);
    }
    return [tf.mul(given(decay), 1)];
  };
}

/** A variable beside each source, with its value or with `value`. */
function copies(
  rename: (name: string) => string,
  sources: ReadonlyMap<string, Variable>,
  value?: number,
): Map<string, Variable> {
  const copy = (source: Variable) =>
    tf.tidy(() =>
      // Not a clone, which shares its memory with the source: the tracer could not tell them apart.
      tf.variable(
        value === undefined ? tf.tensor(values(source), source.shape) : tf.fill(source.shape, value),
        false,
      ),
    );
  return new Map([...sources].map(([name, source]) => [rename(name), copy(source)]));
}

function scalarsOf({ learningRate, momentum, step }: Record<string, Tensor>) {
  return { learningRate: given(learningRate), momentum: given(momentum), step: given(step) };
}

const scalar = (name: string) => ({ name, tensor: tf.scalar(0.5) });
const scalarInputs = () => ['learningRate', 'momentum', 'step'].map(scalar);

function imagesInput(n: number, shape: Shape) {
  return {
    name: 'images',
    tensor: uint8Tensor(new Uint8Array(n * shape[0] * shape[1] * shape[2]), [n, ...shape]),
  };
}

function trainInputs(shape: Shape, isMixed: boolean): MakeInputs {
  return (n) => [
    imagesInput(n, shape),
    { name: 'labels', tensor: tf.zeros([n], 'int32') },
    ...(isMixed
      ? [
          { name: 'others', tensor: tf.zeros([n], 'int32') },
          { name: 'shares', tensor: tf.ones([n]) },
        ]
      : []),
    ...scalarInputs(),
    { name: 'seed', tensor: tf.tensor1d([1, 2], 'int32') },
  ];
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the step lacks an input or a gradient');
  return value;
}

function values(tensor: Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}
