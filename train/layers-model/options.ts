// The options of fit: those of tfjs's model.fit and model.fitDataset, and ours; what is none of them is refused by name.
import type { ModelFitArgs, ModelFitDatasetArgs, Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';

/** What `fit` takes besides what `model.fit` and `model.fitDataset` take. */
export interface CompiledFitOptions {
  /** Of the order of the rows and of what layers such as dropout draw; 1 by default. */
  seed?: number;
  /** Of products and convolutions and of what is between them; float32 by default. */
  precision?: 'float32' | 'bfloat16';
  /** Aborting it ends the training after the batch that is being trained. */
  signal?: AbortSignal;
  /**
   * A folder for a checkpoint after each epoch: a fit of the same model and data with the same folder goes on after the
   * last whole epoch, to the weights that it would have had without the break.
   */
  run?: string;
}

/** Tensors, in the order of a model's inputs or outputs, or by their names. */
export type Tensors = Tensor | Tensor[] | Record<string, Tensor>;

/** Options of `model.fit` that its types have, and that do nothing there but fail. */
type OfTypesAlone = 'sampleWeight' | 'stepsPerEpoch' | 'validationSteps';

/** What `fit` takes for tensors: the options of `model.fit`, and ours. */
export type FitOptions = Omit<ModelFitArgs, 'verbose' | OfTypesAlone> &
  Pick<ModelFitDatasetArgs<unknown>, 'verbose'> &
  CompiledFitOptions;
/** What `fit` takes for a dataset: the options of `model.fitDataset`, and ours. */
export type FitDatasetOptions<T> = ModelFitDatasetArgs<T> & CompiledFitOptions;

const EITHER = {
  epochs: true,
  verbose: true,
  callbacks: true,
  validationData: true,
  classWeight: true,
  initialEpoch: true,
  yieldEvery: true,
  seed: true,
  precision: true,
  signal: true,
  run: true,
} as const;

const OF_TENSORS: EveryOption<FitOptions> = {
  ...EITHER,
  batchSize: true,
  shuffle: true,
  validationSplit: true,
};

const OF_DATASETS: EveryOption<FitDatasetOptions<unknown>> = {
  ...EITHER,
  batchesPerEpoch: true,
  validationBatchSize: true,
  validationBatches: true,
};

const BY_TYPES: EveryOption<Pick<ModelFitArgs, OfTypesAlone>> = {
  sampleWeight: true,
  stepsPerEpoch: true,
  validationSteps: true,
};

const OF_COMPILE = ['optimizer', 'loss', 'metrics', 'learningRate'];

/** What a value has to be, where tfjs passes over a wrong one or fails on it by a stack trace. */
const RULES: Readonly<Record<string, [expected: string, isRight: (value: unknown) => boolean]>> = {
  epochs: ['a whole number from 1', (value) => Number.isInteger(value) && Number(value) > 0],
  batchSize: ['a whole number from 1', (value) => Number.isInteger(value) && Number(value) > 0],
  validationSplit: [
    'a share from 0 to less than 1',
    (value) => typeof value === 'number' && value >= 0 && value < 1,
  ],
  precision: ["'float32' or 'bfloat16'", (value) => value === 'float32' || value === 'bfloat16'],
  seed: ['a whole number', Number.isSafeInteger],
};

/**
 * @param given - An option that is undefined is as if it were left out.
 * @param isDataset - Whether the data are a dataset, which has its own batches.
 * @throws UserError for an option that fit has not, and a value that an option cannot have.
 */
export function checkFitOptions(given: unknown, isDataset: boolean): void {
  if (typeof given !== 'object' || given === null)
    throw new UserError(
      `fit received ${String(given)} for its options; expected { epochs: 5 } and the like.`,
    );
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const [known, others] = isDataset ? [OF_DATASETS, OF_TENSORS] : [OF_TENSORS, OF_DATASETS];
  for (const name of Object.keys(options)) refuseElsewhere(name, isDataset, known, others);
  checkOptions('fit', options, known);
  for (const [name, [expected, isRight]] of Object.entries(RULES)) {
    const value = options[name];
    if (value !== undefined && !isRight(value))
      throw new UserError(`${name} is ${JSON.stringify(value) ?? String(value)}; expected ${expected}.`);
  }
}

/** @throws UserError for an option that is known, but not here: it says where. */
function refuseElsewhere(name: string, isDataset: boolean, known: object, others: object): void {
  if (Object.hasOwn(known, name)) return;
  if (Object.hasOwn(BY_TYPES, name))
    throw new UserError(`fit has no ${name}, as model.fit of tfjs has none that works.`);
  if (OF_COMPILE.includes(name))
    throw new UserError(
      `fit has no ${name}: the model has it, by model.compile({ optimizer: tf.train.adam(0.001), loss, metrics }).`,
    );
  if (Object.hasOwn(others, name))
    throw new UserError(
      isDataset
        ? `fit has ${name} for tensors, not for a dataset, which has batches of its own: leave it out.`
        : `fit has ${name} for a dataset, not for tensors: leave it out; batchSize says how many rows a batch has.`,
    );
}
