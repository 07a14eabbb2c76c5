// What a drawing asks of the model: a picture of each digit, from left to right.
import type { Picture } from '../../../models/image/picture.ts';
import type { Question } from '../asking.ts';
import { createGrouping, type StrokeGroup } from './groups.ts';
import type { Drawing } from './strokes.ts';

/**
 * Makes the function that asks: it remembers the drawing before, of which a movement of the pen leaves most as it is.
 *
 * @param raster - makes the picture of one digit.
 * @returns a function that returns undefined for an empty drawing.
 */
export function createQuestions(
  raster: (digit: StrokeGroup) => Picture,
): (drawing: Drawing) => Question | undefined {
  const group = createGrouping();
  return ({ strokes }) => {
    const groups = group(strokes);
    if (groups.length === 0) return undefined;
    const last = strokes.at(-1);
    const chosen = groups.findIndex((group) => last !== undefined && group.strokes.includes(last));
    return { pictures: groups.map(raster), chosen: Math.max(0, chosen) };
  };
}
