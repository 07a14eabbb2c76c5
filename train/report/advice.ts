// Bias and variance of a run, and what to do next, from its own numbers.

import type { Recipe } from '../recipes/index.ts';
import type { EpochRow } from '../runs/checkpoint.ts';
import { bestOf } from '../runs/checkpoint.ts';
import { many, percent, points, short } from './format.ts';
import { wilson } from './statistics.ts';
import type { NetworkAnswer } from './trained.ts';

/** Error and loss of a network on some pictures. */
export interface AnswerStatistics {
  n: number;
  errorRate: number;
  loss: number;
  /** Mean probability of the answers given. */
  confidence: number;
}

/** Error, loss and confidence of answers. */
export function statisticsOfAnswers(answers: readonly NetworkAnswer[]): AnswerStatistics {
  const n = answers.length;
  const average = (value: (answer: NetworkAnswer) => number) =>
    answers.reduce((sum, answer) => sum + value(answer), 0) / n;
  return {
    n,
    errorRate: average(({ label, predicted }) => (label === predicted ? 0 : 1)),
    loss: average(({ loss }) => loss),
    confidence: average(({ predicted, probabilities }) => probabilities[predicted] ?? 0),
  };
}

/** The lowest error known for a dataset, which is taken as the error that cannot be avoided. */
const LOWEST: Readonly<Record<string, { error: number; source: string }>> = {
  mnist: { error: 0.002, source: 'human error, LeCun et al. 1995' },
  cifar10: { error: 0.005, source: 'ViT-H/14, Dosovitskiy et al. 2021, arXiv 2010.11929' },
};

export interface Diagnosis {
  lowest: { error: number; source: string };
  /** Training error minus the lowest known. */
  avoidableBias: number;
  /** Test error minus training error. */
  variance: number;
  /** 95 % interval of the test error, from the number of pictures alone. */
  interval: [number, number];
  summary: string;
  advice: readonly string[];
}

/** Splits the test error as in Ng, "Machine Learning Yearning", chapters 20 to 27. */
export function diagnose(
  { train, test }: { train: AnswerStatistics; test: AnswerStatistics },
  recipe: Recipe,
  history: readonly EpochRow[],
): Diagnosis {
  const lowest = LOWEST[recipe.dataset] ?? { error: 0, source: 'no figure is known for this data' };
  const avoidableBias = train.errorRate - lowest.error;
  const variance = test.errorRate - train.errorRate;
  const interval = wilson(test.errorRate, test.n);
  const noise = (interval[1] - interval[0]) / 2;
  const common = confidenceAdvice(test);
  const result = { lowest, avoidableBias, variance, interval };
  if (avoidableBias < noise && variance < noise)
    return {
      ...result,
      summary: `Avoidable bias (${points(avoidableBias)} points) and variance (${points(variance)}) are both within the ±${(noise * 100).toFixed(2)} points that ${test.n} test pictures can tell.`,
      advice: [
        'Whether a further change helps, only several seeds can show: train with `--seeds 5` and compare.',
        ...common,
      ],
    };
  const isBias = avoidableBias >= variance;
  return {
    ...result,
    summary: isBias
      ? `Bias is the larger part: the network gets ${percent(train.errorRate)} of the training pictures themselves wrong, ${(avoidableBias * 100).toFixed(2)} points more than the lowest error known. ${variance > 0 ? `Test pictures add ${(variance * 100).toFixed(2)} points.` : 'Test pictures are no harder for it, so there is no variance to reduce.'}`
      : `Variance is the larger part: ${percent(train.errorRate)} of the training pictures are wrong, but ${percent(test.errorRate)} of the test pictures, ${points(variance)} points more; avoidable bias is ${points(avoidableBias)}.`,
    advice: [...(isBias ? biasAdvice(recipe, history) : varianceAdvice(recipe, history)), ...common],
  };
}

function biasAdvice(recipe: Recipe, history: readonly EpochRow[]): string[] {
  const [before, last] = history.slice(-2);
  const advice: string[] = [];
  if (before && last && last.trainLoss < 0.97 * before.trainLoss)
    advice.push(
      `Train longer: the training loss still fell by ${percent(1 - last.trainLoss / before.trainLoss, 0)} in the last epoch (${short(before.trainLoss)} to ${short(last.trainLoss)}). Next: \`--epochs ${recipe.epochs * 2}\`.`,
    );
  else if (recipe.epochs < 5)
    advice.push(
      `Train longer: ${many(recipe.epochs, 'epoch')} will not be enough. Next: \`--epochs ${recipe.epochs * 3}\`.`,
    );
  const held = regularizers(recipe);
  if (held.length > 0) advice.push(`Regularize less: this run has ${held.join(', ')}. Weaken one at a time.`);
  advice.push(
    `Try a larger network than ${describe(recipe.architecture)}, or another learning rate than ${short(recipe.schedule.learningRate)}: try one three times as high and one a third as high.`,
  );
  return advice;
}

function varianceAdvice(recipe: Recipe, history: readonly EpochRow[]): string[] {
  const advice: string[] = [];
  const last = history.at(-1);
  const lowest = [...history].sort((a, b) => a.validLoss - b.validLoss)[0];
  if (last && lowest && last.validLoss > 1.05 * lowest.validLoss)
    advice.push(
      `It overfits: the test loss was lowest after epoch ${lowest.epoch} (${short(lowest.validLoss)}) and is ${short(last.validLoss)} at the end. The best checkpoint is of epoch ${bestOf(history)?.epoch}.`,
    );
  const augment = Object.keys(recipe.augment);
  advice.push(
    augment.length === 0
      ? 'Augment: this run showed every picture the same way each time. Flips and shifts are the first to try.'
      : `Augment more: this run has ${augment.join(', ')}.`,
  );
  const { weightDecay } = recipe.optimizer;
  const dropout = dropoutOf(recipe);
  advice.push(
    weightDecay === 0
      ? 'Penalize large weights: this run has no weight decay.'
      : `Raise the weight decay (${short(weightDecay)} now) or ${dropout > 0 ? `dropout (${dropout} now)` : 'add dropout'}.`,
  );
  if (recipe.average === undefined)
    advice.push('Average the weights over the last steps (`average` in the recipe).');
  advice.push('More training pictures help most, if you can get them.');
  return advice;
}

/** A network that is surer than it is right. */
function confidenceAdvice({ confidence, errorRate }: AnswerStatistics): string[] {
  const excess = confidence - (1 - errorRate);
  if (excess < 0.02) return [];
  return [
    `It is over-confident: it gives its answers ${percent(confidence, 1)} on average, and ${percent(1 - errorRate, 1)} are right. Label smoothing or fewer epochs help.`,
  ];
}

function regularizers(recipe: Recipe): string[] {
  const augment = Object.keys(recipe.augment);
  return [
    ...(recipe.optimizer.weightDecay > 0 ? [`weight decay ${short(recipe.optimizer.weightDecay)}`] : []),
    ...(dropoutOf(recipe) > 0 ? [`dropout ${dropoutOf(recipe)}`] : []),
    ...(recipe.labelSmoothing > 0 ? [`label smoothing ${recipe.labelSmoothing}`] : []),
    ...(augment.length > 0 ? [`augmentation (${augment.join(', ')})`] : []),
  ];
}

function dropoutOf({ architecture }: Recipe): number {
  return 'dropout' in architecture ? Number(architecture.dropout) : 0;
}

function describe({ name, ...options }: Recipe['architecture']): string {
  const sizes = Object.values(options).find(Array.isArray);
  return sizes === undefined ? name : `${name} (${sizes.join(', ')})`;
}
