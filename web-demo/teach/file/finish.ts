// Finishes a model file: runs it on the built-in pictures and on examples, and writes what it found into its card.
import type { Card, CardOf } from '../../../models/card.ts';
import {
  type CardDraft,
  certify,
  completeCard,
  goldenAnswers,
  goldenPictures,
  withCard,
} from '../../../models/complete-card.ts';
import { UserError } from '../../../models/errors.ts';
import { tensorsOf } from '../../../models/onnx/every-tensor.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { weightParts } from '../../../models/onnx/weight-parts.ts';
import { argMax } from '../../../models/rank.ts';
import { sha256Of } from '../../../models/sha256.ts';
import { sizeOf } from '../../../models/shape.ts';
import { TIE, TOLERANCE } from '../../../models/tolerance.ts';

/** Opens a file and answers inputs `[H,W,C]` with probabilities `[classes]` each. */
export type RunFile = (
  file: Uint8Array,
  card: Card,
  inputs: readonly Uint8Array[],
) => Promise<Float32Array[]>;

/** An input, and what was learned to be answered to it. */
export interface Expected {
  /** `[H,W,C]` uint8. */
  readonly input: Uint8Array;
  /** `[classes]`. */
  readonly probabilities: Float32Array;
}

/** A graph with what is known of it before it runs. */
export interface Unfinished {
  readonly model: ModelProto;
  readonly draft: CardDraft;
  readonly metrics: CardOf<'single'>['metrics'];
  readonly expected: readonly Expected[];
}

/**
 * @param run - Runs the file.
 * @param runtime - Its name and version, for the certificate in the card.
 * @throws UserError when the file does not answer as was learned.
 */
export async function finishFile(
  { model, draft, metrics, expected }: Unfinished,
  run: RunFile,
  runtime: string,
): Promise<{ file: Uint8Array; card: Card }> {
  const open = { weightsDigest: sha256Of(weightParts(tensorsOf(model))), metrics };
  const bare = completeCard(draft, { ...open, golden: [], parity: null });
  const { names, images } = goldenPictures(draft.input.shape);
  const size = sizeOf(draft.input.shape);
  const golden = names.map((_, i) => images.subarray(i * size, (i + 1) * size));
  const inputs = [...golden, ...expected.map(({ input }) => input)];
  const answers = await run(encodeModel(model), bare, inputs);
  const parity = parityOf(expected, answers.slice(golden.length));
  if (!(parity.maxProbabilityDifference <= TOLERANCE) || parity.changedLabels > parity.ties)
    throw new UserError(
      `The file was not made: over ${parity.n} examples it answers up to ${parity.maxProbabilityDifference.toExponential(1)} otherwise than what was taught (allowed: ${TOLERANCE}). Try it in another browser.`,
    );
  const card = completeCard(draft, {
    ...open,
    golden: goldenAnswers(names, flat(answers.slice(0, golden.length))),
    parity: certify(parity, TOLERANCE, `${runtime}, the head in float64`),
  });
  return { file: encodeModel(withCard(model, card)), card };
}

function parityOf(expected: readonly Expected[], got: readonly Float32Array[]) {
  let [maxProbabilityDifference, changedLabels, ties] = [0, 0, 0];
  for (const [i, { probabilities }] of expected.entries()) {
    const answer = got[i] ?? new Float32Array(probabilities.length).fill(Number.NaN);
    for (const [k, probability] of probabilities.entries()) {
      const difference = Math.abs(probability - (answer[k] ?? Number.NaN));
      maxProbabilityDifference = Math.max(maxProbabilityDifference, difference); // NaN stays NaN
    }
    if (argMax(probabilities) === argMax(answer)) continue;
    changedLabels++;
    const [first = 0, second = 0] = Array.from(probabilities).sort((a, b) => b - a);
    if (first - second < TIE) ties++;
  }
  return { n: expected.length, maxProbabilityDifference, changedLabels, ties };
}

function flat(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}
