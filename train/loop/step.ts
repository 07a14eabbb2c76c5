// The training step: forward, loss, gradients and optimizer as compiled graphs that share their variables.
import type { Shape } from '../../models/image/shape.ts';
import { sizeOf } from '../../models/shape.ts';
import { mixes } from '../augment/index.ts';
import { compile } from '../graph/compile.ts';
import { firstValues, runOnImages } from '../graph/images.ts';
import type { State } from '../graph/state.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import type { Architecture, Parameters } from '../layers/net.ts';
import { phasesOf } from '../optimizers/groups.ts';
import type { OptimizerDefinition } from '../optimizers/optimizer.ts';
import { createUpdater } from '../optimizers/updater.ts';
import type { Recipe } from '../recipes/index.ts';
import { partSize, stepGraphs } from './step-graphs.ts';
import { createStepVariables, disposeStepVariables } from './step-variables.ts';

/** The inputs of one step. */
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
  const updater = createUpdater(recipe, parameters.weights, optimizers);
  const variables = createStepVariables(recipe, parameters, updater);
  const compiled = compile<string>(
    stepGraphs({ recipe, architecture, parameters, shape, updater, variables }),
  );
  compiled.assign(variables.all);
  disposeStepVariables(variables);

  const phases = phasesOf(recipe.groups);
  /** One part of a batch, the `k`th; the last one updates the weights. */
  const runPart = (k: number, inputs: StepInputs): StepResult => {
    const phase = phases.filter((start) => start <= (inputs.done ?? 0)).at(-1);
    const tensors = tensorsOfPart(recipe, shape, k, inputs);
    const outputs = compiled.run(`train/${phase}`, tensors);
    const [loss = Number.NaN, correct = Number.NaN] = outputs.map((output) => output.dataSync()[0]);
    if (k === recipe.accumulate - 1 && k > 0) tf.dispose(compiled.run(`apply/${phase}`, tensors));
    tf.dispose([tensors, outputs]);
    return { loss, correct };
  };
  const logits = (program: string, images: Uint8Array) =>
    runOnImages(compiled, program, images, shape, firstValues);
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
    shapes: compiled.shapes,
    dispose: compiled.dispose,
  };
}

/** The inputs of the graph that trains on the `k`th part of a batch, for the caller to dispose. */
function tensorsOfPart(
  recipe: Recipe,
  shape: Shape,
  k: number,
  { images, labels, others, shares, learningRate, momentum, step, seed }: StepInputs,
) {
  const [part, size] = [partSize(recipe), sizeOf(shape)];
  const [from, to] = [k * part, (k + 1) * part];
  return {
    image: uint8Tensor(images.subarray(from * size, to * size), [part, ...shape]),
    labels: tf.tensor1d(labels.subarray(from, to), 'int32'),
    ...(mixes(recipe.augment) && {
      others: tf.tensor1d((others ?? labels).subarray(from, to), 'int32'),
      shares: shares === undefined ? tf.ones([part]) : tf.tensor1d(shares.subarray(from, to)),
    }),
    learningRate: tf.scalar(learningRate),
    momentum: tf.scalar(momentum),
    step: tf.scalar(step),
    seed: tf.tensor1d([seed[0] ^ k, seed[1]], 'int32'),
  };
}
