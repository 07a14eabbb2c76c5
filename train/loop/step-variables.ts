// The variables of a training step by name: weights and statistics, the optimizer's slots, slow copies, and sums of gradients.
import type { Variable } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { allParameters, type Parameters } from '../layers/net.ts';
import type { Updater } from '../optimizers/updater.ts';
import type { Recipe } from '../recipes/index.ts';

/** Name of the averaged copy of a weight or statistic. */
export const averageOf = (name: string) => `average/${name}`;

const lookaheadOf = (name: string) => `lookahead/${name}`;

/** Name of the sum of a weight's gradients over the parts of a batch. */
export const sumOf = (name: string) => `sum/${name}`;

/** Whether this is the name of such a sum. */
export const isSum = (name: string) => name.startsWith(sumOf(''));

/** The weight whose gradients a sum is of. */
export const weightOfSum = (name: string) => name.slice(sumOf('').length);

export interface StepVariables {
  /** Weights and statistics of the network. */
  readonly own: ReadonlyMap<string, Variable>;
  /** Averaged copies of them, where the recipe averages. */
  readonly averages: ReadonlyMap<string, Variable>;
  /** Slow copies of them, where the recipe looks ahead. */
  readonly slow: ReadonlyMap<string, Variable>;
  /** Sums of gradients, where the recipe computes a batch in parts. */
  readonly sums: ReadonlyMap<string, Variable>;
  /** All of these and the optimizer's slots. */
  readonly all: ReadonlyMap<string, Variable>;
}

/** Makes the variables that a step of `recipe` has besides those of `parameters`. */
export function createStepVariables(
  { average, lookahead, accumulate }: Pick<Recipe, 'average' | 'lookahead' | 'accumulate'>,
  parameters: Parameters,
  { slots }: Updater,
): StepVariables {
  const own = allParameters(parameters);
  const averages = average ? copies(averageOf, own) : new Map<string, Variable>();
  const slow = lookahead ? copies(lookaheadOf, own) : new Map<string, Variable>();
  const sums = accumulate > 1 ? copies(sumOf, parameters.weights, 0) : new Map<string, Variable>();
  return { own, averages, slow, sums, all: new Map([...own, ...slots, ...averages, ...slow, ...sums]) };
}

/** Frees those that {@link createStepVariables} has made. */
export function disposeStepVariables({ own, all }: StepVariables): void {
  for (const [name, variable] of all) if (!own.has(name)) variable.dispose();
}

/** A new variable for each source, with its value or with `value`. */
function copies(
  rename: (name: string) => string,
  sources: ReadonlyMap<string, Variable>,
  value?: number,
): Map<string, Variable> {
  const copy = (source: Variable) =>
    tf.tidy(() =>
      // Not a clone, which shares its memory with the source: the tracer could not tell them apart.
      tf.variable(
        value === undefined
          ? tf.tensor(source.dataSync() as Float32Array, source.shape)
          : tf.fill(source.shape, value),
        false,
      ),
    );
  return new Map([...sources].map(([name, source]) => [rename(name), copy(source)]));
}
