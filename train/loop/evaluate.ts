// The forward pass as a compiled graph: it evaluates a network while it trains, and an export is compared with it.
import type { Shape } from '../../models/image/shape.ts';
import { imageSize, type Split } from '../datasets/dataset.ts';
import { compile } from '../graph/compile.ts';
import { firstValues, runOnImages, traceImages } from '../graph/images.ts';
import { type State, writeKnown } from '../graph/state.ts';
import { logitsOf, type Standardize } from '../layers/forward.ts';
import { type Architecture, allParameters, netOf, type Parameters } from '../layers/net.ts';
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
  /** Mean cross-entropy. */
  loss: number;
  /** Share of the images whose most probable class is wrong. */
  errorRate: number;
}

// Large enough to keep the cores busy, small enough for a laptop's memory: pictures, and bytes of them.
const BATCH = 500;
const BATCH_BYTES = 2_000_000;

/** How many pictures of `size` bytes go through a network at a time, in evaluation. */
export function batchFor(size: number): number {
  return Math.max(8, Math.min(BATCH, Math.floor(BATCH_BYTES / size)));
}

/**
 * Loss and error of a network on a whole split.
 * @param batch - Pictures at a time.
 */
export function evaluate(
  predictor: Pick<Predictor, 'logits'>,
  split: Split,
  batch = batchFor(imageSize(split)),
): Evaluation {
  const { n } = split;
  let loss = 0;
  let wrong = 0;
  for (const { label, logits } of logitRows(predictor.logits, split, batch)) {
    loss += softmax(logits).logSum - (logits[label] ?? 0);
    if (argMax(logits) !== label) wrong++;
  }
  return { n, loss: loss / n, errorRate: wrong / n };
}
