// What a drawing asks of the model: a picture of each digit, from left to right.
import type { Picture } from '../../../models/image/picture.ts';
import type { Question } from '../asking.ts';
import { createGrouping, type StrokeGroup } from './groups.ts';
import type { Drawing } from './strokes.ts';

/** Asks about a drawing; undefined for one without ink. */
export type Questions = (drawing: Drawing) => Question | undefined;

/**
 * Makes the function that asks: it remembers the drawing before, of which a movement of the pen leaves most as it is.
 *
 * @param raster - makes the picture of one digit.
 */
export function createQuestions(raster: (digit: StrokeGroup) => Picture): Questions {
  const group = createGrouping();
  return ({ strokes }) => {
    const groups = group(strokes);
    if (groups.length === 0) return undefined;
    const last = strokes.at(-1);
    const chosen = groups.findIndex((group) => last !== undefined && group.strokes.includes(last));
    return { pictures: groups.map(raster), chosen: Math.max(0, chosen), drawn: { strokes, digits: groups } };
  };
}
