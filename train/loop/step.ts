// The training step: forward, loss, gradients and optimizer as compiled graphs that share their variables.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Shape } from '../../models/image/shape.ts';
import { sizeOf } from '../../models/shape.ts';
import type { Cluster } from '../cluster/join.ts';
import { compile } from '../graph/compile.ts';
import { firstValues, runOnImages } from '../graph/images.ts';
import type { State } from '../graph/state.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import type { Architecture, Parameters } from '../layers/net.ts';
import type { OptimizerDefinition } from '../optimizers/optimizer.ts';
import { createUpdater } from '../optimizers/updater.ts';
import type { Recipe } from '../recipes/index.ts';
import { taskOf } from '../tasks/task.ts';
import { exchangeParts } from './exchange-parts.ts';
import { stepPhases } from './phases.ts';
import { required } from './step-functions.ts';
import { mixesLabels, partSize, stepGraphs, targetInputs } from './step-graphs.ts';
import { createStepVariables, disposeStepVariables } from './step-variables.ts';

/** The inputs of one step. */
export interface StepInputs {
  /**
   * uint8 `[N,H,W,C]`, N the recipe's batch size, or that of this task's part where several tasks train together; not
   * changed while the step runs.
   */
  images: Uint8Array;
  /** int32 `[N]`. */
  labels: Int32Array;
  /** Where the recipe mixes pictures: int32 and float32 `[N]` as in a batch; left out, nothing is mixed. */
  others?: Int32Array;
  shares?: Float32Array;
  /** Where the recipe's task has targets, or a teacher: float32 `[N,K]`; `[N,2K]` where it has both, which follow each other. */
  targets?: Float32Array;
  learningRate: number;
  momentum: number;
  /** Counts from 1. */
  step: number;
  /** Two int32 for the step's random ops. */
  seed: readonly [number, number];
  /** Share of the training that lies behind, 0 if left out: groups of weights may end theirs early. */
  done?: number;
  /** Where several tasks train together: this one wants all to end the training. */
  stop?: boolean;
}

/** Of the batch, before the weights changed. */
export interface StepResult {
  loss: number;
  /** How many pictures are right; 0 where the task is not one class for each. */
  correct: number;
  /** Whether one of several tasks wants all to end the training. */
  stop?: boolean;
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
  /** Where several tasks train together: takes all that the first one has. */
  copyFirst(): void;
  /** The shape of everything that `read` gives. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  dispose(): void;
}

/**
 * Compiles the step of `recipe`, starting from the values that `parameters` have now.
 * @param optimizers - Those that the recipe can name: the built-in ones if left out.
 * @param cluster - The tasks that train together, as many as a batch has parts: each computes the part of its number.
 */
export function createStep(
  recipe: Recipe,
  architecture: Architecture,
  parameters: Parameters,
  shape: Shape,
  optimizers?: readonly OptimizerDefinition[],
  cluster?: Cluster,
): TrainingStep {
  const updater = createUpdater(recipe, parameters.weights, optimizers);
  const variables = createStepVariables(recipe, parameters, updater);
  const graphs = stepGraphs({ recipe, architecture, parameters, shape, updater, variables });
  const compiled = compile<string>(graphs);
  compiled.assign(variables.all);
  disposeStepVariables(variables);

  const phases = stepPhases(recipe);
  const exchanges = new Map(
    cluster &&
      phases.map((start) => [
        start,
        exchangeParts(cluster, required(graphs[`train/${start}`], 'graph'), compiled),
      ]),
  );
  const phaseOf = ({ done = 0 }: StepInputs) => phases.filter((start) => start <= done).at(-1);
  /** Runs a program, and returns the first value of each of its outputs. */
  const run = (program: string, tensors: Record<string, Tensor>): number[] => {
    const outputs = compiled.run(program, tensors);
    const values = outputs.map((output) => output.dataSync()[0] ?? Number.NaN);
    tf.dispose(outputs);
    return values;
  };
  /** The part of a batch that has the number `k`, whose images begin at `first`. */
  const computePart = (k: number, first: number, inputs: StepInputs, then = (_: Part) => {}): StepResult => {
    const tensors = tensorsOfPart(recipe, shape, k, first, inputs);
    const [loss = Number.NaN, correct = Number.NaN] = run(`train/${phaseOf(inputs)}`, tensors);
    then({ tensors, loss, correct });
    tf.dispose(tensors);
    return { loss, correct };
  };
  const logits = (program: string, images: Uint8Array) =>
    runOnImages(compiled, program, images, shape, firstValues);
  return {
    run(inputs) {
      const { accumulate } = recipe;
      const total = { loss: 0, correct: 0 };
      const add = ({ loss, correct }: StepResult) => {
        total.loss += loss / accumulate;
        total.correct += correct;
      };
      const apply = ({ tensors }: Part) => run(`apply/${phaseOf(inputs)}`, tensors);
      if (cluster !== undefined) {
        const exchange = required(exchanges.get(phaseOf(inputs) ?? 0), 'exchange');
        let stop = false;
        computePart(cluster.task, 0, inputs, (part) => {
          for (const result of exchange({ ...part, stop: inputs.stop ?? false })) {
            add(result);
            stop ||= result.stop;
          }
          apply(part);
        });
        return { ...total, stop };
      }
      for (let k = 0; k < accumulate; k++)
        add(computePart(k, k * partSize(recipe), inputs, k > 0 && k === accumulate - 1 ? apply : undefined));
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
    copyFirst() {
      if (cluster === undefined) return;
      const own = compiled.tensors();
      const first = cluster.copyFirst(own);
      compiled.assign(first);
      tf.dispose([...own.values(), ...first.values()]);
    },
    shapes: compiled.shapes,
    dispose() {
      for (const exchange of exchanges.values()) exchange.dispose();
      compiled.dispose();
    },
  };
}

/** A part of a batch when its gradients are there. */
interface Part {
  /** Its inputs. */
  readonly tensors: Record<string, Tensor>;
  readonly loss: number;
  readonly correct: number;
}

/**
 * The inputs of the graph that trains on the `k`th part of a batch, whose images begin at `from` in `inputs`, for the caller
 * to dispose.
 */
function tensorsOfPart(
  recipe: Recipe,
  shape: Shape,
  k: number,
  from: number,
  { images, labels, others, shares, targets, learningRate, momentum, step, seed }: StepInputs,
) {
  const [part, size] = [partSize(recipe), sizeOf(shape)];
  const to = from + part;
  return {
    image: uint8Tensor(images.subarray(from * size, to * size), [part, ...shape]),
    ...(taskOf(recipe) === 'single' && { labels: tf.tensor1d(labels.subarray(from, to), 'int32') }),
    ...targetTensors(recipe, targets, labels.length, from, to),
    ...(mixesLabels(recipe) && {
      others: tf.tensor1d((others ?? labels).subarray(from, to), 'int32'),
      shares: shares === undefined ? tf.ones([part]) : tf.tensor1d(shares.subarray(from, to)),
    }),
    learningRate: tf.scalar(learningRate),
    momentum: tf.scalar(momentum),
    step: tf.scalar(step),
    seed: tf.tensor1d([seed[0] ^ k, seed[1]], 'int32'),
  };
}

/** The targets of pictures `from` to `to` of `n`, and what a teacher answers to them: `[to-from,K]` each. */
function targetTensors(
  recipe: Recipe,
  targets: Float32Array | undefined,
  n: number,
  from: number,
  to: number,
): { targets?: Tensor; teacher?: Tensor } {
  const names = targetInputs(recipe);
  const width = (targets?.length ?? 0) / n;
  const count = width / names.length;
  const columns = (first: number) =>
    tf.tensor2d(
      Float32Array.from(
        { length: (to - from) * count },
        (_, i) =>
          required(targets, 'targets')[(from + Math.floor(i / count)) * width + first + (i % count)] ?? 0,
      ),
      [to - from, count],
    );
  return Object.fromEntries(names.map((name, k) => [name, columns(k * count)]));
}
