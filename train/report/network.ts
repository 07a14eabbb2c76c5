// A run's network for its report: one compiled forward pass that also yields what every layer computes.
import { createArchitecture } from '../architectures/index.ts';
import type { Dataset } from '../datasets/index.ts';
import { compile } from '../graph/compile.ts';
import type { Graph } from '../graph/graph.ts';
import { firstValues, runOnImages, traceImages } from '../graph/images.ts';
import { type State, stateOf } from '../graph/state.ts';
import { allParameters, countWeights, disposeParameters, netOf } from '../layers/net.ts';
import { initialParameters } from '../loop/initial-weights.ts';
import { averageOf } from '../loop/step-variables.ts';
import type { Recipe } from '../recipes/index.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { readCheckpoint } from '../runs/checkpoint.ts';
import type { Run } from '../runs/run.ts';
import { outputsOf } from '../tasks/outputs.ts';
import { taskOf } from '../tasks/task.ts';
import { findTaps, type Histogram, histogramOf } from './activations.ts';
import { attentionOf } from './attention.ts';

export interface ReportedNetwork {
  /** Trained values. */
  readonly parameters: number;
  /** Weights and statistics by name, as they were before the first step. */
  readonly initial: State;
  /** The same of the best checkpoint; averages where the recipe averages. */
  readonly best: State;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Logits `[N,classes]` of uint8 `[N,H,W,C]`, by the best checkpoint. */
  logits(images: Uint8Array): Float32Array;
  /** The values of every layer before its activation: as the weights were drawn, and by the best checkpoint. */
  layers(images: Uint8Array): { start: Histogram; end: Histogram }[];
  /** Where the best checkpoint looks in pictures for these classes, `[H,W]` each; see attention.ts. */
  attention(images: readonly Uint8Array[], classes: readonly number[]): Float32Array[] | undefined;
  dispose(): void;
}

/** @throws UserError when the run has no best checkpoint, or it is damaged. */
export function openNetwork(
  run: Run,
  recipe: Recipe,
  dataset: Dataset,
  { architectures }: Registry = builtIn,
): ReportedNetwork {
  const { tensors } = readCheckpoint(run.best);
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length, architectures);
  const parameters = initialParameters(recipe, dataset, architecture);
  const variables = allParameters(parameters);
  const { shape } = dataset;
  const net = netOf(parameters, { training: false });
  const predict = traceImages(
    (images) => outputsOf(taskOf(recipe), net, architecture, recipe.standardize, images),
    shape,
    variables,
  );
  const taps = findTaps(predict);
  const tapped: Graph = { ...predict, outputs: taps.map(({ reference }) => reference) };
  const compiled = compile({ predict, tapped });

  const best = new Map(
    [...variables.keys()].map((name) => [
      name,
      tensors.get(recipe.average ? averageOf(name) : name)?.values ?? new Float32Array(),
    ]),
  );
  const initial = stateOf(variables);
  const histograms = (images: Uint8Array) =>
    runOnImages(compiled, 'tapped', images, shape, (outputs) =>
      taps.flatMap((tap, i) => {
        const output = outputs[i];
        return output ? [histogramOf(tap, output.dataSync() as Float32Array, output.shape)] : [];
      }),
    );
  compiled.write(best);
  return {
    parameters: countWeights(parameters),
    initial,
    best,
    shapes: compiled.shapes,
    logits: (images) => runOnImages(compiled, 'predict', images, shape, firstValues),
    layers(images) {
      const end = histograms(images);
      compiled.write(initial);
      const start = histograms(images);
      compiled.write(best);
      return start.flatMap((before, i) => {
        const after = end[i];
        return after === undefined ? [] : [{ start: before, end: after }];
      });
    },
    attention: (images, classes) =>
      attentionOf(
        { architecture, parameters, state: best, standardize: recipe.standardize },
        shape,
        images,
        classes,
      ),
    dispose() {
      compiled.dispose();
      disposeParameters(parameters);
    },
  };
}
