// The forward pass as a compiled graph: it evaluates a network while it trains, and an export is compared with it.
import type { Shape } from '../../models/image/shape.ts';
import { type BalancedMeasures, balancedAccuracyOf } from '../../models/measure/balanced.ts';
import type { LabelMeasures } from '../../models/measure/labels.ts';
import type { NumberMeasures } from '../../models/measure/numbers.ts';
import { imageSize, type Split } from '../datasets/dataset.ts';
import { compile } from '../graph/compile.ts';
import { firstValues, runOnImages, traceImages } from '../graph/images.ts';
import { type State, writeKnown } from '../graph/state.ts';
import { logitsOf, type Standardize } from '../layers/forward.ts';
import { type Architecture, allParameters, netOf, type Parameters } from '../layers/net.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { balancesClasses } from '../tasks/class-counts.ts';
import { targetScaleOf } from '../tasks/target-scale.ts';
import { NUMBER_LOSS } from '../tasks/task.ts';
import { evaluateLabels, evaluateNumbers } from './evaluate-targets.ts';
import { argMax, logitRows, softmax } from './logits.ts';

/** A network that predicts. */
export interface Predictor {
  /**
   * @param images - uint8 `[N,H,W,C]`, any N.
   * @returns Logits, float32 `[N,classes]`.
   */
  logits(images: Uint8Array): Float32Array;
  /** Sets weights and statistics; other names in `state` are left out. */
  write(state: State): void;
  dispose(): void;
}

/** Compiles the forward pass of a network, in its present state. */
export function createPredictor(
  architecture: Architecture,
  parameters: Parameters,
  standardize: Standardize,
  shape: Shape,
): Predictor {
  const variables = allParameters(parameters);
  const net = netOf(parameters, { training: false });
  const predict = traceImages((images) => logitsOf(net, architecture, standardize, images), shape, variables);
  const compiled = compile({ predict });
  compiled.assign(variables);
  return {
    logits: (images) => runOnImages(compiled, 'predict', images, shape, firstValues),
    write: (state) => writeKnown(compiled, state),
    dispose: compiled.dispose,
  };
}

export interface Evaluation {
  n: number;
  /** Mean cross-entropy; of numbers the mean distance that training minimizes. */
  loss: number;
  /**
   * What decides between epochs: the share of the images whose most probable class is wrong; of several labels
   * 1 - mean average precision; of numbers the mean absolute error in units of the training targets' deviation; of a recipe
   * that balances its classes 1 - balanced accuracy.
   */
  errorRate: number;
  /** Of a recipe that balances its classes. */
  balanced?: BalancedMeasures;
  /** Of several labels, each at the threshold with its best F1 on the pictures that validate. */
  multi?: LabelMeasures;
  /** Of numbers. */
  regression?: NumberMeasures;
}

// Large enough to keep the cores busy, small enough for a laptop's memory: pictures, and bytes of them.
const BATCH = 500;
const BATCH_BYTES = 2_000_000;

/** How many pictures of `size` bytes go through a network at a time, in evaluation. */
export function batchFor(size: number): number {
  return Math.max(8, Math.min(BATCH, Math.floor(BATCH_BYTES / size)));
}

/**
 * Loss, error and the task's own measures of a recipe's network on a whole split.
 * @param data - What it was trained on, where that decides the scale of numbers, and what decides the thresholds of labels.
 */
export function evaluateTask(
  recipe: Pick<Recipe, 'task' | 'loss' | 'classWeights' | 'sampling'>,
  { logits }: Pick<Predictor, 'logits'>,
  split: Split,
  { train, validation }: { readonly train: Pick<Split, 'targets' | 'n'>; readonly validation: Split },
  batch = batchFor(imageSize(split)),
): Evaluation {
  const { task, loss = NUMBER_LOSS } = recipe;
  if (task === undefined) return evaluate({ logits }, split, batch, balancesClasses(recipe));
  if (task === 'regression')
    return evaluateNumbers(logits, split, batch, loss, targetScaleOf(train).deviation);
  const thresholds = split === validation ? undefined : evaluateLabels(logits, validation, batch).thresholds;
  const { thresholds: _, ...evaluation } = evaluateLabels(logits, split, batch, thresholds);
  return evaluation;
}

/**
 * Loss and error of a network on a whole split, of one class for each picture.
 * @param batch - Pictures at a time.
 * @param isBalanced - Has every class that occurs count alike in the error.
 */
export function evaluate(
  predictor: Pick<Predictor, 'logits'>,
  split: Split,
  batch = batchFor(imageSize(split)),
  isBalanced = false,
): Evaluation {
  const { n } = split;
  let loss = 0;
  const answers: { label: number; predicted: number }[] = [];
  for (const { label, logits } of logitRows(predictor.logits, split, batch)) {
    loss += softmax(logits).logSum - (logits[label] ?? 0);
    answers.push({ label, predicted: argMax(logits) });
  }
  const right = answers.filter(({ label, predicted }) => label === predicted).length;
  if (!isBalanced) return { n, loss: loss / n, errorRate: (n - right) / n };
  const balancedAccuracy = balancedAccuracyOf(answers);
  const balanced = { balancedAccuracy, accuracy: right / n };
  return { n, loss: loss / n, errorRate: 1 - balancedAccuracy, balanced };
}
