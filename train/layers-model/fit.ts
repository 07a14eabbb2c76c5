// Trains a tf.LayersModel by the compiled step, in tfjs's own loop: its callbacks, history and validation are those of model.fit.
import type { History, LayersModel, ModelFitArgs, Tensor } from '@tensorflow/tfjs-node-gpu';
import { messageOf, UserError } from '../../models/errors.ts';
import { DataError } from '../errors.ts';
import { tf } from '../graph/tensorflow.ts';
import { type BatchSource, batchesOf } from './batches.ts';
import { digestOfTensors, type TrainingFacts } from './checkpoint.ts';
import { checkBatch, checkedModel, checkLoss } from './checks.ts';
import { checkNotDisposed } from './disposed.ts';
import { internalsOf } from './internals.ts';
import { iterationsOf, readOptimizer, ruleOf, writeOptimizer } from './optimizer.ts';
import { checkFitOptions, type FitDatasetOptions, type FitOptions, type Tensors } from './options.ts';
import { type ModelRun, openModelRun } from './run.ts';
import { createModelStep, type ModelStep } from './step.ts';

/**
 * Trains a model as `model.fit` does, faster: loss, gradients and optimizer run as one TensorFlow graph. Optimizer, loss
 * and metrics are those that the model is compiled with; weights, optimizer and `model.history` are afterwards as
 * `model.fit` would leave them, so that both may be called in turns.
 *
 * @param model - A `tf.LayersModel`, Sequential or functional, with layers of your own if their ops are TensorFlow's.
 * @param x - Tensors `[N, ...]`, or a dataset of `{ xs, ys }` as `model.fitDataset` takes it.
 * @param y - Tensors `[N, ...]`; with a dataset, the options stand here.
 * @returns tfjs's history: one row per epoch.
 * @throws UserError for an option that there is not, for a model that is not compiled or was disposed, an optimizer or a layer that the step cannot compile; DataError for
 * data that do not fit the model, and labels that are no classes; DivergedError for a loss that is not a number.
 *
 * @example
 * model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
 * const { history } = await fit(model, x, y, { epochs: 5, batchSize: 128, validationSplit: 0.1 });
 */
export function fit(model: LayersModel, x: Tensors, y: Tensors, options?: FitOptions): Promise<History>;
export function fit<T>(
  model: LayersModel,
  dataset: BatchSource<T>,
  options: FitDatasetOptions<T>,
): Promise<History>;
export async function fit(
  given: LayersModel,
  data: Tensors | BatchSource,
  y: Tensors | FitDatasetOptions<unknown>,
  options: FitOptions = {},
): Promise<History> {
  const model = checkedModel(given);
  if (isDataset(data)) {
    checkFitOptions(y, true);
    return fitBatches(model, data, y as FitDatasetOptions<unknown>);
  }
  checkFitOptions(options, false);
  for (const [name, tensors] of Object.entries({ x: data, y })) checkNotDisposed(name, tensors);
  return fitTensors(model, data, y as Tensors, options);
}

/** @throws UserError for data that are none. */
function isDataset(data: unknown): data is BatchSource {
  if (typeof data === 'object' && data !== null)
    return 'iterator' in data && typeof data.iterator === 'function';
  throw new UserError(
    `fit received ${String(data)} for its data; expected tensors, or a dataset of tf.data.`,
  );
}

/** As in tfjs. */
const BATCH_SIZE = 32;

async function fitTensors(
  model: LayersModel,
  x: Tensors,
  y: Tensors,
  { batchSize = BATCH_SIZE, shuffle = true, validationSplit = 0, validationData, ...options }: FitOptions,
): Promise<History> {
  const made: Tensor[] = [];
  const [xs, ys] = standardized(model, x, y, batchSize);
  made.push(...newTensors([...xs, ...ys], x, y));
  const rows = xs[0]?.shape[0] ?? 0;
  const from = validationData === undefined ? Math.floor(rows * (1 - validationSplit)) : rows;
  const part = (start: number, end: number) => (tensor: Tensor) => {
    const sliced = tf.slice(tensor, [start], [end - start]);
    made.push(sliced);
    return sliced;
  };
  const isSplit = from < rows;
  const [trainXs, trainYs] = isSplit ? [xs.map(part(0, from)), ys.map(part(0, from))] : [xs, ys];
  const validation = isSplit ? [xs.map(part(from, rows)), ys.map(part(from, rows))] : validationData;
  const { seed = 1 } = options;
  const source = batchesOf(trainXs, trainYs, {
    batchSize,
    seed: shuffle ? seed : undefined,
    steps: () => iterationsOf(model.optimizer),
  });
  const facts = {
    batchSize,
    shuffle,
    ...(options.run !== undefined && { data: digestOfTensors([...trainXs, ...trainYs]) }),
  };
  try {
    return await fitBatches(
      model,
      source,
      {
        ...options,
        epochs: options.epochs ?? 1,
        validationBatchSize: batchSize,
        ...(validation && { validationData: validation as [Tensor[], Tensor[]] }),
      },
      facts,
    );
  } finally {
    tf.dispose(made);
  }
}

/** The model's rows of data, as tfjs checks and reshapes them. @throws DataError for shapes that are not the model's. */
function standardized(model: LayersModel, x: Tensors, y: Tensors, batchSize: number): [Tensor[], Tensor[]] {
  try {
    return internalsOf(model).standardizeUserDataXY(x, y, false, batchSize);
  } catch (error) {
    throw new DataError(`The data do not fit ${model.name}: ${messageOf(error)}`, { cause: error });
  }
}

/** Those that are not the caller's. */
function newTensors(tensors: readonly Tensor[], ...given: readonly Tensors[]): Tensor[] {
  const theirs = new Set(given.flatMap((each) => ('shape' in each ? [each] : Object.values(each))));
  return tensors.filter((tensor) => !theirs.has(tensor));
}

async function fitBatches<T>(
  model: LayersModel,
  source: BatchSource<T>,
  { run: folder, seed = 1, precision = 'float32', ...options }: FitDatasetOptions<T>,
  facts: TrainingFacts = {},
): Promise<History> {
  options.signal?.throwIfAborted();
  if (Array.isArray(options.validationData))
    for (const tensors of options.validationData) checkNotDisposed('validationData', tensors);
  const { optimizer } = model;
  const rule = ruleOf(optimizer);
  const trained = internalsOf(model).collectedTrainableWeights;
  const placed = { model, weights: [...new Set(model.weights)], trained, slots: rule.slots };
  const all = { ...facts, seed, precision, optimizer: optimizer.getClassName() };
  const run = folder === undefined ? undefined : openModelRun(folder, placed, all, options.epochs);
  try {
    // Another fit is refused from here on, as tfjs does once its own loop runs.
    internalsOf(model).isTraining = true;
    const read = readOptimizer(optimizer, rule, trained).finally(() => {
      internalsOf(model).isTraining = false;
    });
    const before = await read;
    const slots = run?.before?.slots ?? before;
    const step = createModelStep(model, { rule, slots, seed, precision });
    try {
      return await loop(model, source, step, options, run);
    } finally {
      const state = step.state();
      step.dispose();
      await writeOptimizer(optimizer, rule, trained, state);
    }
  } finally {
    run?.close();
  }
}

/** tfjs's loop, in which the step is ours. */
async function loop<T>(
  model: LayersModel,
  source: BatchSource<T>,
  step: ModelStep,
  { signal, callbacks, ...options }: Omit<FitDatasetOptions<T>, 'run' | 'seed' | 'precision'>,
  run: ModelRun | undefined,
): Promise<History> {
  const internals = internalsOf(model);
  internals.makeTrainFunction = () => watched(model, step, signal);
  internals.makeTestFunction = () => {
    internals.testFunction = step.test;
  };
  const all = [...[callbacks ?? {}].flat(), ...(run === undefined ? [] : [run.saving(step.state)])];
  const made = all.map((each) => callbackOf(each, options.yieldEvery));
  const initialEpoch = run?.before?.progress.epochs ?? options.initialEpoch ?? 0;
  try {
    // The border with tfjs: it takes anything with an iterator for a dataset.
    const dataset = (run?.watch(source, options.batchesPerEpoch) ?? source) as never;
    const history = await model.fitDataset(dataset, {
      ...options,
      initialEpoch,
      callbacks: made as BaseCallbacks,
    });
    return run?.complete(history) ?? history;
  } finally {
    for (const name of ['makeTrainFunction', 'makeTestFunction']) Reflect.deleteProperty(model, name);
  }
}

type BaseCallbacks = Extract<ModelFitArgs['callbacks'], { onTrainBegin: unknown }[]>;

/** A callback as tfjs wants it beside others. */
function callbackOf(callback: object, yieldEvery: ModelFitArgs['yieldEvery'] = 'auto'): unknown {
  return 'setModel' in callback ? callback : new tf.CustomCallback(callback, yieldEvery);
}

/** The step between its checks. */
function watched(model: LayersModel, { train }: ModelStep, signal: AbortSignal | undefined) {
  return (data: Tensor[]): Tensor[] => {
    checkBatch(model, data);
    const outputs = train(data);
    checkLoss(model, Number(outputs[0]?.dataSync()[0]), iterationsOf(model.optimizer), data);
    if (signal?.aborted) model.stopTraining = true;
    return outputs;
  };
}
