// Pictures in color of kinds that no photograph is: uint8 `[32,32,3]`, the same for a number each time.

import { digits } from '../../../export/novelty/alphabet.ts';
import { drawStrokes } from '../../../export/novelty/draw.ts';
import { byHand, linesOf } from '../../../export/novelty/hand.ts';
import { normal, type Random, random } from '../../../train/random.ts';

const SIDE = 32;

type Level = (x: number, y: number, channel: number) => number;

/** @param scene - makes the levels of a picture, from 0 to 255, of random numbers. */
function painted(name: string, scene: (next: Random) => Level): (i: number) => Uint8Array {
  return (i) => {
    const level = scene(random(3, name, i));
    return new Uint8Array(SIDE * SIDE * 3).map((_, at) => {
      const pixel = Math.floor(at / 3);
      return Math.min(255, Math.max(0, level(pixel % SIDE, Math.floor(pixel / SIDE), at % 3)));
    });
  };
}

const color = (next: Random) => [next(), next(), next()];

function stripes(next: Random): Level {
  const [angle, step, one, other] = [Math.PI * next(), 0.3 + 1.5 * next(), color(next), color(next)];
  return (x, y, c) => {
    const share = 0.5 + 0.5 * Math.sin(step * (x * Math.cos(angle) + y * Math.sin(angle)));
    return 255 * (share * (one[c] ?? 0) + (1 - share) * (other[c] ?? 0));
  };
}

function clouds(next: Random): Level {
  const waves = Array.from({ length: 12 }, () => ({
    across: 0.6 * next() - 0.3,
    down: 0.6 * next() - 0.3,
    phase: 2 * Math.PI * next(),
    tint: color(next),
  }));
  return (x, y, c) =>
    128 +
    60 *
      waves.reduce(
        (sum, { across, down, phase, tint }) =>
          sum + (tint[c] ?? 0) * Math.sin(across * x + down * y + phase),
        0,
      );
}

/** Three digits side by side on a wall, as street numbers are. */
function houseNumbers(next: Random): Level {
  const figures = Array.from({ length: 3 }, () => {
    const { strokes = '40 48' } = digits[Math.floor(next() * digits.length)] ?? {};
    return drawStrokes(byHand(linesOf(strokes), next), 3 + 1.5 * next()).data;
  });
  const [wall, paint, right, down] = [color(next), color(next), next() - 0.5, next() - 0.5];
  return (x, y, c) => {
    const place = x + 6;
    const figure = figures[Math.min(2, Math.floor(place / 15))];
    const ink =
      (figure?.[Math.min(27, Math.floor(y * 0.85)) * 28 + Math.min(27, Math.floor((place % 15) * 1.5) + 3)] ??
        0) / 255;
    const light = (40 * (right * (x - 16) + down * (y - 16))) / 16;
    return 255 * ((1 - ink) * (wall[c] ?? 0) + ink * (paint[c] ?? 0)) + light + 16 * (next() - 0.5);
  };
}

export const scenes: Readonly<Record<string, (i: number) => Uint8Array>> = {
  'one color': painted('flat', (next) => {
    const one = color(next);
    return (_x, _y, c) => 255 * (one[c] ?? 0);
  }),
  noise: painted('noise', (next) => () => 128 + 60 * normal(next)),
  stripes: painted('stripes', stripes),
  clouds: painted('clouds', clouds),
  'house numbers, as in SVHN': painted('numbers', houseNumbers),
};

/** A drawing `[28,28]` in the middle of a picture in color, on a ground of 0 or 255. */
export function framed(drawing: Uint8Array, ground: 0 | 255): Uint8Array {
  return new Uint8Array(32 * 32 * 3).map((_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [(pixel % 32) - 2, Math.floor(pixel / 32) - 2];
    const ink = x >= 0 && x < 28 && y >= 0 && y < 28 ? (drawing[y * 28 + x] ?? 0) : 0;
    return Math.abs(ground - ink);
  });
}
