// The loss over two weights of a real network, and the paths that optimizers take on it.
import { type ArchitectureDefinition, createArchitecture } from '../architectures/index.ts';
import { type Dataset, imagesOf, type Split } from '../datasets/index.ts';
import { firstOf } from '../datasets/subset.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import { logitsOf } from '../layers/forward.ts';
import { crossEntropy } from '../layers/loss.ts';
import { type Architecture, createParameters, disposeParameters, netOf } from '../layers/net.ts';
import { evaluate } from '../loop/evaluate.ts';
import { takeWeights, type Weights } from '../loop/initial-weights.ts';
import { createStep, type TrainingStep } from '../loop/step.ts';
import { optimizerSchema } from '../optimizers/index.ts';
import { type Recipe, resolveRecipe } from '../recipes/index.ts';
import { OFFSETS, parametersAt, type WeightPlace, withTwoWeights } from './two-weights.ts';

export interface LossSurfaceOptions {
  recipe: Recipe;
  dataset: Dataset;
  /** Where the network stands: the middle of the surface. */
  weights: Weights;
  /** The weight of which the two with the largest gradients are taken, such as `hidden2/kernel`. */
  layer: string;
  /** Those that the recipe can name: ours if left out. */
  architectures?: readonly ArchitectureDefinition[];
  /** Training pictures over which the loss is taken, always the same ones. */
  images: number;
  /** Points of the surface to each side. */
  side: number;
  steps: number;
}

export interface OptimizerPath {
  optimizer: 'sgd' | 'momentum' | 'adam';
  learningRate: number;
  /** Offsets and loss before each step, and after the last. */
  points: readonly { x: number; y: number; loss: number }[];
}

export interface LossSurface {
  places: readonly [WeightPlace, WeightPlace];
  /** Offsets of the columns and of the rows, ascending. */
  offsets: readonly number[];
  /** `[row][column]`: the second offset counts rows. */
  losses: readonly (readonly number[])[];
  paths: readonly OptimizerPath[];
}

/** Where the paths may begin, in halves of the surface's side. */
const CORNERS = [
  [0.85, 0.7],
  [-0.85, 0.7],
  [0.85, -0.7],
  [-0.85, -0.7],
] as const;

/** At the start the loss is to be so much larger than in the middle that there is a slope to go down. */
const RISE = 1;

/** Steps of this share of the surface at the start: the same for each optimizer, whatever its rule. */
const FIRST_STEP = 0.04;

/** @throws Error when `layer` is no weight of the network. */
export function computeSurface(options: LossSurfaceOptions): LossSurface {
  const { dataset, weights, side, steps } = options;
  const split = firstOf(dataset.train, options.images);
  const architecture = createArchitecture(
    options.recipe.architecture,
    dataset.labels.length,
    options.architectures,
  );
  const places = steepest(options, architecture, split);
  const build = (optimizer: OptimizerPath['optimizer']): TrainingStep => {
    const recipe = plainRecipe(options.recipe, optimizer, split.n);
    const restricted = withTwoWeights(architecture, places);
    const parameters = parametersAt(restricted, dataset.shape, weights);
    const step = createStep(recipe, restricted, parameters, dataset.shape);
    disposeParameters(parameters);
    return step;
  };
  const network = build('sgd');
  try {
    const lossAt = (x: number, y: number) => {
      moveTo(network, x, y);
      return evaluate(network, split).loss;
    };
    const reach = reachOf(lossAt);
    const offsets = Array.from({ length: side }, (_, i) => reach * ((2 * i) / (side - 1) - 1));
    const losses = offsets.map((y) => offsets.map((x) => lossAt(x, y)));
    const { x, y, slope } = startOf(lossAt, reach);
    const paths = (['sgd', 'momentum', 'adam'] as const).map((optimizer): OptimizerPath => {
      // Adam's first step is as long as its learning rate along either axis; momentum's later ones add up.
      const length = FIRST_STEP * reach;
      const learningRate = optimizer === 'adam' ? length : length / (slope * (optimizer === 'sgd' ? 1 : 3));
      const step = build(optimizer);
      try {
        moveTo(step, x, y);
        return { optimizer, learningRate, points: walk(step, split, learningRate, steps) };
      } finally {
        step.dispose();
      }
    });
    return { places, offsets, losses, paths };
  } finally {
    network.dispose();
  }
}

/** The recipe's network under one optimizer alone, over the same pictures in every step. */
function plainRecipe(recipe: Recipe, optimizer: OptimizerPath['optimizer'], batchSize: number): Recipe {
  const { average: _average, lookahead: _lookahead, ...rest } = recipe;
  return resolveRecipe({
    ...rest,
    optimizer: optimizerSchema.parse({ name: optimizer }),
    groups: [],
    labelSmoothing: 0,
    tta: 'none',
    precision: 'float32',
    accumulate: 1,
    batchSize,
  });
}

function walk(
  step: TrainingStep,
  split: Split,
  learningRate: number,
  steps: number,
): OptimizerPath['points'] {
  const inputs = {
    images: imagesOf(split, 0, split.n),
    labels: Int32Array.from(split.labels),
    learningRate,
    momentum: 0.9,
  };
  const points: { x: number; y: number; loss: number }[] = [];
  for (let i = 1; i <= steps + 1; i++) {
    const [x = Number.NaN, y = Number.NaN] = OFFSETS.map((name) => step.read().get(name)?.[0]);
    const { loss } = step.run({ ...inputs, step: i, seed: [0, 0] });
    points.push({ x, y, loss });
  }
  return points;
}

function moveTo(step: TrainingStep, x: number, y: number): void {
  step.write(
    new Map([
      [OFFSETS[0], Float32Array.of(x)],
      [OFFSETS[1], Float32Array.of(y)],
    ]),
  );
}

type LossAt = (x: number, y: number) => number;

/** Half the side of the surface: doubled until the loss at a corner is clearly higher than in the middle. */
function reachOf(lossAt: LossAt): number {
  const middle = lossAt(0, 0);
  let reach = 1;
  while (reach < 1024 && Math.max(...CORNERS.map(([x, y]) => lossAt(x * reach, y * reach))) < middle + RISE)
    reach *= 2;
  return reach;
}

/** The corner from which it goes down along both axes the most, by central differences. */
function startOf(lossAt: LossAt, reach: number): { x: number; y: number; slope: number } {
  const h = reach / 100;
  const corners = CORNERS.map((corner) => {
    const [x, y] = [corner[0] * reach, corner[1] * reach];
    const dx = (lossAt(x + h, y) - lossAt(x - h, y)) / (2 * h);
    const dy = (lossAt(x, y + h) - lossAt(x, y - h)) / (2 * h);
    return { x, y, slope: Math.hypot(dx, dy), least: Math.min(Math.abs(dx), Math.abs(dy)) };
  });
  return corners.reduce((best, corner) => (corner.least > best.least ? corner : best));
}

/** The two numbers of the layer with the largest gradients. */
function steepest(
  { recipe, dataset, weights, layer }: LossSurfaceOptions,
  architecture: Architecture,
  split: Split,
): [WeightPlace, WeightPlace] {
  const parameters = createParameters(architecture, dataset.shape, recipe.seed);
  try {
    takeWeights(parameters, weights);
    const variable = parameters.weights.get(layer);
    if (variable === undefined)
      throw new Error(`there is no weight ${layer}; there are: ${[...parameters.weights.keys()].join(', ')}`);
    const gradients = tf.tidy(() => {
      const images = uint8Tensor(imagesOf(split, 0, split.n), [split.n, ...dataset.shape]);
      const labels = tf.tensor1d(Int32Array.from(split.labels), 'int32');
      const net = netOf(parameters, { training: false });
      const { grads } = tf.variableGrads(
        () => crossEntropy(logitsOf(net, architecture, recipe.standardize, images), labels).asScalar(),
        [variable],
      );
      return Object.values(grads)[0]?.dataSync() ?? [];
    });
    const [first = 0, second = 1] = Array.from(gradients, (gradient, index) => ({
      size: Math.abs(gradient),
      index,
    }))
      .sort((a, b) => b.size - a.size)
      .map(({ index }) => index);
    return [
      { weight: layer, index: first },
      { weight: layer, index: second },
    ];
  } finally {
    disposeParameters(parameters);
  }
}
