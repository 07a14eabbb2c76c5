// The stages of a training: where a recipe freezes its backbone, the head alone on cached features; then all of it.
import { headOf } from '../architectures/head.ts';
import { createArchitecture } from '../architectures/index.ts';
import type { Cluster } from '../cluster/join.ts';
import type { Dataset, Split } from '../datasets/index.ts';
import { writeKnown } from '../graph/state.ts';
import { createParameters, disposeParameters } from '../layers/net.ts';
import { type Loader, openLoader } from '../loader/index.ts';
import type { Recipe } from '../recipes/index.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { batchesOf } from './batches-of.ts';
import { createExtractor, extractFeatures } from './features.ts';
import { addConstants, initialParameters } from './initial-weights.ts';
import type { Span } from './spans.ts';
import { createStep, type TrainingStep } from './step.ts';

export interface Stage {
  readonly span: Span;
  /** The training step of this stage, which also evaluates. */
  readonly step: TrainingStep;
  readonly loader: Loader;
  /** The validation images, or their features. */
  readonly validation: Split;
  /** Everything that a checkpoint holds. */
  read(): Map<string, Float32Array>;
  /** Brings what was trained into the whole network. */
  sync(): void;
  close(): Promise<void>;
}

export interface StageOptions {
  recipe: Recipe;
  dataset: Dataset;
  /** The step of the whole network. */
  training: TrainingStep;
  startStep: number;
  /** What the recipe names. */
  registry: Registry;
  /** The tasks that train together. */
  cluster?: Cluster | undefined;
}

/** Opens the stage that `startStep` is in. */
export async function openStage(span: Span, options: StageOptions): Promise<Stage> {
  return span.frozen ? openFrozen(span, options) : openWhole(span, options);
}

/** The stage that `span` is in: this one, or the next one, which goes on with what this one has learned. */
export async function stageFor(
  stage: Stage,
  span: Span,
  open: (span: Span) => Promise<Stage>,
): Promise<Stage> {
  if (span.frozen === stage.span.frozen) return stage;
  stage.sync();
  await stage.close();
  return open(span);
}

async function openWhole(
  span: Span,
  { recipe, dataset, training, startStep, registry, cluster }: StageOptions,
): Promise<Stage> {
  // The optimizer starts again: it keeps nothing of the head's stage, and counts its steps from here.
  if (startStep === span.from && span.from > 0) forget(training);
  const loader = await openLoader({
    ...batchesOf(recipe, dataset, registry),
    ...placeOf(startStep, cluster),
  });
  return {
    span,
    step: training,
    loader,
    validation: dataset.validation,
    read: training.read,
    sync: () => {},
    close: loader.close,
  };
}

/**
 * The stage in which batch norm and all else in the backbone stay as they are, so that its features of a picture
 * are the same in every epoch: they are computed once, without augmentation.
 */
async function openFrozen(
  span: Span,
  { recipe, dataset, training, startStep, registry, cluster }: StageOptions,
): Promise<Stage> {
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length, registry.architectures);
  const { parts } = architecture;
  if (parts === undefined)
    throw new Error(`${recipe.architecture.name} is not made of parts: nothing of it can be frozen`);
  const all = initialParameters(recipe, dataset, architecture);
  const state = training.read();
  const extractor = createExtractor(parts, all, state, recipe.standardize, dataset.shape);
  disposeParameters(all);
  const features = await extractFeatures(dataset, extractor);
  await extractor.close();

  const head = headOf(parts);
  const parameters = createParameters(head, features.shape, recipe.seed);
  addConstants(parameters, recipe, dataset);
  const { sizes: _, ...others } = recipe; // features have no size
  const alone: Recipe = { ...others, tta: 'none', precision: 'float32' };
  const step = createStep(alone, head, parameters, features.shape, registry.optimizers, cluster);
  disposeParameters(parameters);
  writeKnown(step, state);

  const loader = await openLoader({
    ...batchesOf({ ...recipe, augment: {} }, features, builtIn),
    ...placeOf(startStep, cluster),
  });
  return {
    span,
    step,
    loader,
    validation: features.validation,
    read: () => new Map([...training.read(), ...step.read()]),
    sync: () => training.write(step.read()),
    async close() {
      await loader.close();
      step.dispose();
    },
  };
}

/** Where in the training the loader begins, and which part of each batch it makes. */
function placeOf(startStep: number, cluster: Cluster | undefined) {
  return { startStep, ...(cluster && { part: { index: cluster.task, of: cluster.size } }) };
}

/** Empties the optimizer's slots. */
function forget(training: TrainingStep): void {
  const slots = [...training.shapes].filter(([name]) => name.startsWith('optimizer/'));
  training.write(
    new Map(slots.map(([name, shape]) => [name, new Float32Array(shape.reduce((size, n) => size * n, 1))])),
  );
}
