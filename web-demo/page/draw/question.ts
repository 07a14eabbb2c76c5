// What a drawing asks of the model: a picture of each digit, from left to right.
import type { Picture } from '../../../models/image/picture.ts';
import type { Question } from '../asking.ts';
import { groupStrokes, type StrokeGroup } from './groups.ts';
import type { Drawing } from './strokes.ts';

/**
 * @param raster - makes the picture of one digit.
 * @returns undefined for an empty drawing.
 */
export function questionOf(
  { strokes }: Drawing,
  raster: (digit: StrokeGroup) => Picture,
): Question | undefined {
  const groups = groupStrokes(strokes);
  if (groups.length === 0) return undefined;
  const last = strokes.at(-1);
  const chosen = groups.findIndex((group) => last !== undefined && group.strokes.includes(last));
  return { pictures: groups.map(raster), chosen: Math.max(0, chosen) };
}
