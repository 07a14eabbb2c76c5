// Pictures as nested arrays of numbers: [height][width] is gray, [height][width][channels] has 1, 3 or 4 of them.
import type { Picture } from '../../models/image/picture.ts';
import { Refusal } from '../refusal.ts';
import { orRefusal } from './request-pictures.ts';

const expectation =
  'expected rows of pixels, each a number from 0 to 255 or 1, 3 or 4 of them (gray, RGB, RGBA)';

/**
 * Makes pictures from nested arrays: `[H][W]` or `[H][W][C]` is one, `[N][H][W][C]` is N. Of several, a bad one is a
 * refusal in its place.
 *
 * @throws Refusal 400 when rows or pixels differ in length, or a value is not a whole number from 0 to 255.
 */
export function picturesOf(value: unknown): (Picture | Refusal)[] {
  if (!isList(value)) return [pictureOf(value)];
  const pictures = value.map((one) => orRefusal(() => pictureOf(one)));
  const [first] = pictures;
  if (pictures.length === 1 && first instanceof Refusal) throw first;
  return pictures;
}

/** Whether it is a list of pictures: one of its elements, not only the first, is three deep. */
export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.some((one) => nesting(one) === MOST - 1);
}

function pictureOf(value: unknown): Picture {
  const depth = depthOf(value);
  const rows = listOf(value, () => 'rows');
  const height = rows.length;
  const width = listOf(rows[0], () => 'row 0').length;
  const channels = depth === 2 ? 1 : channelsOf(rows[0]);
  const data = new Uint8Array(height * width * channels);
  let at = 0;
  for (const [y, row] of rows.entries()) {
    const pixels = listOf(row, () => `row ${y}`);
    if (pixels.length !== width) throw refuse(`row ${y} has ${pixels.length} pixels, row 0 has ${width}`);
    for (const [x, pixel] of pixels.entries()) {
      if (depth === 2) data[at++] = byteOf(pixel, y, x);
      else {
        const values = listOf(pixel, () => `pixel ${x} of row ${y}`);
        if (values.length !== channels) {
          throw refuse(`pixel ${x} of row ${y} has ${values.length} channels, the first has ${channels}`);
        }
        for (const one of values) data[at++] = byteOf(one, y, x);
      }
    }
  }
  return { data, width, height, channels };
}

/** How deep the arrays of pictures are nested at most. */
const MOST = 4;

/** How deep arrays are nested, by the first element of each. */
function nesting(value: unknown): number {
  let depth = 0;
  for (let inner = value; Array.isArray(inner); inner = inner[0]) depth++;
  return depth;
}

/** The depth of one picture, 2 or 3. */
function depthOf(value: unknown): number {
  const depth = nesting(value);
  if (depth < 2 || depth >= MOST) throw refuse(`received arrays nested ${depth} deep`);
  return depth;
}

function channelsOf(row: unknown): 1 | 3 | 4 {
  const { length } = listOf(listOf(row, () => 'row 0')[0], () => 'pixel 0');
  if (length === 1 || length === 3 || length === 4) return length;
  throw refuse(`received pixels of ${length} channels`);
}

/** @param what - names the value where it is none: a text for each of a million pixels would take long. */
function listOf(value: unknown, what: () => string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw refuse(`${what()}: received ${shown(value)}`);
}

function byteOf(value: unknown, y: number, x: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw refuse(`pixel ${x} of row ${y}: received ${shown(value)}`);
}

/** A value in a few words, without the elements of an array: it may be nested deeper than can be printed. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' && value !== null
    ? 'an object'
    : String(JSON.stringify(value)).slice(0, 40);
}

function refuse(what: string): Refusal {
  return new Refusal(400, `${what}; ${expectation}`);
}
