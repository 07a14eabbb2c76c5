// A run's network for its report: one compiled forward pass that also yields what every layer computes.
import type { Variable } from '@tensorflow/tfjs-node-gpu';
import { createArchitecture } from '../architectures/index.ts';
import type { Dataset } from '../datasets/index.ts';
import { type Compiled, compile, type State } from '../graph/compile.ts';
import type { Graph } from '../graph/graph.ts';
import { traceDynamic } from '../graph/retrace.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import { logitsOf } from '../layers/forward.ts';
import { allParameters, countWeights, disposeParameters, netOf } from '../layers/net.ts';
import { initialParameters } from '../loop/fit.ts';
import { averageOf } from '../loop/step.ts';
import type { Recipe } from '../recipes/index.ts';
import { readCheckpoint } from '../runs/checkpoint.ts';
import type { Run } from '../runs/run.ts';
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
  /** Chooses the weights that the next calls see. */
  use(state: State): void;
  /** Logits `[N,classes]` of uint8 `[N,H,W,C]`. */
  logits(images: Uint8Array): Float32Array;
  /** Of every layer, before its activation. */
  histograms(images: Uint8Array): Histogram[];
  /** Where the best checkpoint looks in pictures for these classes, `[H,W]` each; see attention.ts. */
  attention(images: readonly Uint8Array[], classes: readonly number[]): Float32Array[] | undefined;
  dispose(): void;
}

/** @throws UserError when the run has no best checkpoint, or it is damaged. */
export function openNetwork(run: Run, recipe: Recipe, dataset: Dataset): ReportedNetwork {
  const { tensors } = readCheckpoint(run.best);
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length);
  const parameters = initialParameters(recipe, dataset, architecture);
  const variables = allParameters(parameters);
  const { shape } = dataset;
  const size = shape[0] * shape[1] * shape[2];
  const predict = traceDynamic(
    ({ image }) => {
      if (image === undefined) throw new Error('the forward pass has an input called image');
      return [logitsOf(netOf(parameters, { training: false }), architecture, recipe.standardize, image)];
    },
    (n) => [{ name: 'image', tensor: uint8Tensor(new Uint8Array(n * size), [n, ...shape]) }],
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
  const initial = valuesOf(variables);
  const network: ReportedNetwork = {
    parameters: countWeights(parameters),
    initial,
    best,
    shapes: new Map([...variables].map(([name, { shape: dims }]) => [name, dims])),
    use: compiled.write,
    logits: (images) => run1(compiled, images, [images.length / size, ...shape]),
    histograms(images) {
      const image = uint8Tensor(images, [images.length / size, ...shape]);
      const outputs = compiled.run('tapped', { image });
      const histograms = outputs.flatMap((output, i) => {
        const tap = taps[i];
        return tap === undefined ? [] : [histogramOf(tap, output.dataSync() as Float32Array, output.shape)];
      });
      tf.dispose([image, outputs]);
      return histograms;
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
  network.use(best);
  return network;
}

function run1(compiled: Compiled<'predict' | 'tapped'>, images: Uint8Array, shape: number[]): Float32Array {
  const image = uint8Tensor(images, shape);
  const outputs = compiled.run('predict', { image });
  const values = outputs[0]?.dataSync() as Float32Array;
  tf.dispose([image, outputs]);
  return values;
}

function valuesOf(variables: ReadonlyMap<string, Variable>): State {
  return new Map(
    [...variables].map(([name, variable]) => [name, Float32Array.from(variable.dataSync() as Float32Array)]),
  );
}
