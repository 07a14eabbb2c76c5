// Which stroke of a digit makes the answer what it is: what would be read if one of them were not there.
import type { Picture } from '../../component/index.ts';
import { type AnyAnswer, labelOfAll, probabilityOfAll } from '../said.ts';
import type { Drawn, StrokeGroup } from './groups.ts';
import type { Questions } from './question.ts';
import type { Stroke } from './strokes.ts';

export interface StrokeChange {
  readonly part: { readonly stroke: Stroke };
  /** What the whole drawing is without the stroke, and how probable all of its digits are. */
  readonly label: string;
  readonly probability: number;
}

/** What answers several pictures in one run. */
interface Classifier {
  classify(pictures: readonly Picture[], options: { signal: AbortSignal }): Promise<AnyAnswer[]>;
}

/** Pictures in a run, about: between two runs the model answers other questions. */
const AT_ONCE = 16;

/**
 * Reads a drawing without each stroke of a digit, as the page would read it if the stroke had not been drawn.
 *
 * @param before - what it is read as.
 * @param questionOf - asks about each of these drawings.
 * @returns the stroke without which something else is read: of several, the one with the surest reading; where there is
 * none, the one without which the reading is the least sure. Undefined for a digit of one stroke, without which it is none.
 */
export async function withoutStroke(
  { strokes, digits }: Drawn,
  digit: StrokeGroup,
  before: string,
  questionOf: Questions,
  model: Classifier,
  signal: AbortSignal,
): Promise<StrokeChange | undefined> {
  if (digit.strokes.length < 2) return undefined;
  const some = Math.max(1, Math.floor(AT_ONCE / digits.length));
  let most: StrokeChange | undefined;
  for (let start = 0; start < digit.strokes.length; start += some) {
    signal.throwIfAborted();
    const asked = digit.strokes.slice(start, start + some).map((stroke) => {
      const rest = strokes.filter((each) => each !== stroke);
      return { stroke, pictures: questionOf({ strokes: rest, penDown: false })?.pictures ?? [] };
    });
    const answers = await model.classify(
      asked.flatMap(({ pictures }) => pictures),
      { signal },
    );
    for (const { stroke, pictures } of asked) {
      const change = { part: { stroke }, ...readingOf(answers.splice(0, pictures.length)) };
      if (most === undefined || changesMore(change, most, before)) most = change;
    }
  }
  return most;
}

/** Several digits as one number: all of them must be right. */
function readingOf(answers: readonly AnyAnswer[]): { label: string; probability: number } {
  return {
    label: labelOfAll(answers),
    probability: probabilityOfAll(answers) ?? 1,
  };
}

function changesMore(one: StrokeChange, than: StrokeChange, before: string): boolean {
  const [flips, flipped] = [one.label !== before, than.label !== before];
  if (flips !== flipped) return flips;
  return flips ? one.probability > than.probability : one.probability < than.probability;
}
