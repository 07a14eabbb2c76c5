// What a hand makes of strokes: another slant, another width, lines that shake.
import type { Random } from '../../train/random.ts';
import type { Place, Stroke } from './draw.ts';

/** Pieces of a curve between two places, and of a straight line as long as the drawing, so that it can be bent. */
const PIECES = 8;
const STRAIGHT_PIECES = 12;

/** Turns a glyph's strokes, as the alphabet writes them, into lines. */
export function linesOf(strokes: string): Stroke[] {
  return strokes.split('|').map((text) => {
    const places = text
      .replace('~', '')
      .split(' ')
      .map((place) => ({ x: Number(place[0]), y: Number(place[1]) }));
    return text.startsWith('~') ? curveThrough(places) : places;
  });
}

/** Reference: Catmull and Rom, "A class of local interpolating splines", 1974. */
export function curveThrough(places: readonly Place[]): Place[] {
  const at = (i: number) => places[Math.min(places.length - 1, Math.max(0, i))] ?? { x: 0, y: 0 };
  return places.flatMap((_, i) => {
    if (i === places.length - 1) return [at(i)];
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    return Array.from({ length: PIECES }, (_, k) => {
      const t = k / PIECES;
      const value = (key: keyof Place) =>
        b[key] +
        (t / 2) *
          (c[key] -
            a[key] +
            t *
              (2 * a[key] -
                5 * b[key] +
                4 * c[key] -
                d[key] +
                t * (3 * (b[key] - c[key]) + d[key] - a[key])));
      return { x: value('x'), y: value('y') };
    });
  });
}

/** The same strokes by another hand: turned, slanted, stretched and bent. */
export function byHand(strokes: readonly Stroke[], next: Random): Stroke[] {
  const between = (most: number) => (2 * next() - 1) * most;
  const [angle, slant, stretch] = [between(0.2), between(0.3), Math.exp(between(0.3))];
  const all = strokes.flat();
  const size = Math.max(...['x', 'y'].map((key) => extent(all, key as keyof Place)), 1e-9);
  const waves = Array.from({ length: 4 }, () => ({
    amount: between(0.05) * size,
    length: (2 + 6 * next()) / size,
    phase: 2 * Math.PI * next(),
  }));
  const wave = (k: number, at: number) => {
    const { amount = 0, length = 0, phase = 0 } = waves[k] ?? {};
    return amount * Math.sin(at * length + phase);
  };
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return strokes.map((stroke) => {
    const [shiftX, shiftY] = [between(0.04) * size, between(0.04) * size];
    return fine(stroke, size / STRAIGHT_PIECES).map(({ x, y }) => {
      const bent = { x: x + shiftX + wave(0, y) + wave(1, x), y: y + shiftY + wave(2, x) + wave(3, y) };
      const wide = bent.x * stretch + slant * bent.y;
      return { x: wide * cosine - bent.y * sine, y: wide * sine + bent.y * cosine };
    });
  });
}

function extent(places: readonly Place[], key: keyof Place): number {
  const values = places.map((place) => place[key]);
  return Math.max(...values) - Math.min(...values);
}

/** The stroke in pieces of this length at most. */
function fine(stroke: Stroke, longest: number): Stroke {
  return stroke.flatMap((to, i) => {
    const from = stroke[i - 1];
    if (from === undefined) return [to];
    const pieces = Math.max(1, Math.ceil(Math.sqrt((to.x - from.x) ** 2 + (to.y - from.y) ** 2) / longest));
    return Array.from({ length: pieces }, (_, k) => ({
      x: from.x + ((to.x - from.x) * (k + 1)) / pieces,
      y: from.y + ((to.y - from.y) * (k + 1)) / pieces,
    }));
  });
}
