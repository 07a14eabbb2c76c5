// Bias and variance of a run, and what to do next, from its own numbers.

import { heldOutOf } from '../../models/held-out.ts';
import { effectsOf, isAugmented, ownFields } from '../augment/index.ts';
import { hasDropout } from '../recipes/adjust.ts';
import type { Recipe } from '../recipes/index.ts';
import { USUAL } from '../recipes/networks.ts';
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
  const heldOut = heldOutOf(recipe);
  const lowest = LOWEST[recipe.dataset] ?? { error: 0, source: 'no figure is known for this data' };
  const avoidableBias = train.errorRate - lowest.error;
  const variance = test.errorRate - train.errorRate;
  const interval = wilson(test.errorRate, test.n);
  const noise = (interval[1] - interval[0]) / 2;
  const common = confidenceAdvice(test, recipe);
  const result = { lowest, avoidableBias, variance, interval };
  if (avoidableBias < noise && variance < noise)
    return {
      ...result,
      summary: `Avoidable bias (${points(avoidableBias)} points) and variance (${points(variance)}) are both within the ±${(noise * 100).toFixed(2)} points that ${test.n} ${heldOut} pictures can tell.`,
      advice: [
        'Whether a further change helps, only several seeds can show: train with `--seeds 5` and compare.',
        ...common,
      ],
    };
  const isBias = avoidableBias >= variance;
  return {
    ...result,
    summary: isBias
      ? `Bias is the larger part: the network gets ${percent(train.errorRate)} of the training pictures themselves wrong, ${(avoidableBias * 100).toFixed(2)} points more than the lowest error known. ${variance > 0 ? `The ${heldOut} pictures add ${(variance * 100).toFixed(2)} points.` : `The ${heldOut} pictures are no harder for it, so there is no variance to reduce.`}`
      : `Variance is the larger part: ${percent(train.errorRate)} of the training pictures are wrong, but ${percent(test.errorRate)} of the ${heldOut} pictures, ${points(variance)} points more; avoidable bias is ${points(avoidableBias)}.`,
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
  const { learningRate } = recipe.schedule;
  advice.push(
    `Try another learning rate than ${short(learningRate)}: \`--learning-rate ${short(learningRate * 3)}\` and \`--learning-rate ${short(learningRate / 3)}\`.`,
  );
  const larger = largerNetwork(recipe);
  if (larger !== undefined) advice.push(`Try a larger network: \`--architecture ${larger}\`.`);
  return advice;
}

/** Networks for folders, each larger than the one before; the last one has seen photographs before. */
const BY_SIZE = ['small-cnn', 'resnet-small', 'resnet18', USUAL];

function largerNetwork({ folder, backbone, options }: Recipe): string | undefined {
  if (folder === undefined || backbone !== undefined) return undefined;
  return BY_SIZE[BY_SIZE.indexOf(options?.architecture ?? USUAL) + 1];
}

function varianceAdvice(recipe: Recipe, history: readonly EpochRow[]): string[] {
  const advice: string[] = [];
  const heldOut = heldOutOf(recipe);
  const last = history.at(-1);
  const lowest = [...history].sort((a, b) => a.validLoss - b.validLoss)[0];
  if (last && lowest && last.validLoss > 1.05 * lowest.validLoss)
    advice.push(
      `It overfits: the ${heldOut} loss was lowest after epoch ${lowest.epoch} (${short(lowest.validLoss)}) and is ${short(last.validLoss)} at the end. The best checkpoint is of epoch ${bestOf(history)?.epoch}.`,
    );
  // What is computed once from each picture cannot be augmented.
  if (recipe.backbone === undefined) advice.push(augmentationAdvice(recipe));
  const { name, weightDecay } = recipe.optimizer;
  advice.push(
    weightDecay === 0
      ? `Penalize large weights, which this run does not: \`--weight-decay ${DECOUPLED.includes(name) ? 0.01 : 0.0005}\`.`
      : `Raise the weight decay: \`--weight-decay ${short(weightDecay * 3)}\` (${short(weightDecay)} now).`,
  );
  const dropout = dropoutOf(recipe);
  if (hasDropout(recipe) && dropout < 0.5)
    advice.push(`Leave more out: \`--dropout 0.5\` (${dropout === 0 ? 'none' : dropout} now).`);
  if (recipe.average === undefined)
    advice.push(`Average the weights over the last steps: \`--average ${averageFor(history)}\`.`);
  advice.push('More training pictures help most, if you can get them.');
  return advice;
}

/** Optimizers whose weight decay is a share of the weight itself, which is a larger number than one of the gradient's. */
const DECOUPLED = ['adamw', 'muon'];

/** A decay that remembers about a tenth of the steps that were trained. */
function averageFor(history: readonly EpochRow[]): number {
  return (history.at(-1)?.step ?? 0) < 5000 ? 0.99 : 0.999;
}

function augmentationAdvice({ augment, dataset }: Recipe): string {
  if (isAugmented(augment)) {
    return `Augment more: this run has ${namesOf(augment).join(', ')}. \`--augment none\` and single options show what each brings.`;
  }
  const preset = dataset === 'mnist' ? 'digits' : 'photo';
  const flips =
    preset === 'photo'
      ? ' It flips pictures: `--augment photo --flip off` where left and right matter, as in text and signs.'
      : '';
  return `Augment: this run showed every picture the same way each time. Next: \`--augment ${preset}\`.${flips}`;
}

/** What pictures are augmented by, in words. */
function namesOf(augment: Recipe['augment']): string[] {
  const { mixup, cutmix } = augment;
  const mixed = [...(mixup ? ['MixUp'] : []), ...(cutmix ? ['CutMix'] : [])];
  return [...effectsOf(augment).map(({ name }) => name), ...ownFields(augment), ...mixed];
}

/** A network that is surer than it is right. */
function confidenceAdvice({ confidence, errorRate }: AnswerStatistics, { labelSmoothing }: Recipe): string[] {
  const excess = confidence - (1 - errorRate);
  if (excess < 0.02) return [];
  return [
    `It is over-confident: it gives its answers ${percent(confidence, 1)} on average, and ${percent(1 - errorRate, 1)} are right. ${labelSmoothing === 0 ? 'Label smoothing helps, `--label-smoothing 0.1`. ' : ''}Temperature scaling at export, \`--calibrate\`, changes the probabilities alone.`,
  ];
}

function regularizers(recipe: Recipe): string[] {
  const augment = namesOf(recipe.augment);
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
