// What mattered for the answer of the moment: the map of its picture, and what would change the answer.
import type { Explanation, Picture, Rectangle } from '../../component/index.ts';
import type { Answered } from '../asking.ts';
import type { Questions } from '../draw/question.ts';
import { frameOf } from '../draw/raster.ts';
import type { Stroke } from '../draw/strokes.ts';
import { withoutStroke } from '../draw/without-stroke.ts';
import { type AnyModel, labelOfAll } from '../said.ts';
import { contained } from './place.ts';

export interface Subject {
  readonly model: AnyModel;
  /** The picture that is explained: of several, `chosen` says which. */
  readonly picture: Picture;
  readonly answered: Answered;
  readonly chosen: number;
}

/** The part of a picture without which the answer is another one, or else the least sure. */
export interface Change {
  /** A patch in pixels of the input, or a whole stroke. */
  readonly part: { readonly patch: Rectangle } | { readonly stroke: Stroke };
  /** The answer as it is, and without the part. */
  readonly before: string;
  readonly label: string;
  readonly probability: number;
}

export interface Mattered {
  readonly explanation: Explanation;
  readonly picture: Picture;
  /** Where the picture lies on its sheet, whose sides are 1. */
  readonly frame: Rectangle;
  readonly change: Change | undefined;
}

/**
 * @param questionOf - asks about a drawing: it is asked about others than that of the moment.
 * @throws what the model throws, and the signal's reason.
 */
export async function findWhatMattered(
  { model, picture, answered, chosen }: Subject,
  questionOf: Questions,
  signal: AbortSignal,
): Promise<Mattered> {
  const { drawn, answers } = answered;
  const digit = drawn?.digits[chosen];
  const read = labelOfAll(answers);
  const stroke = digit && (await withoutStroke(drawn, digit, read, questionOf, model, signal));
  const explanation = await model.explain(picture, { signal });
  const { without, label } = explanation;
  const patch = without && { ...without, part: { patch: without.patch }, before: label };
  return {
    explanation,
    picture,
    frame: digit ? frameOf(digit) : contained(picture),
    change: stroke ? { ...stroke, before: read } : patch,
  };
}
