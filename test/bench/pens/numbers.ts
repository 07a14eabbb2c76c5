// Numbers of digits that one person wrote, side by side on the pad, whose ink touches or does not.
import type { Stroke as Way, WrittenDigit } from '../../../examples/pen-digits/pens.ts';
import { extentOf } from '../../../web-demo/page/draw/extent.ts';
import type { StrokeGroup } from '../../../web-demo/page/draw/groups.ts';
import { lineWidth, type Stroke } from '../../../web-demo/page/draw/strokes.ts';
import { random } from '../page/random.ts';

export interface Numbers {
  /** Digits of each number. */
  readonly digits: number;
  readonly touching: boolean;
  readonly n: number;
  readonly seed: number;
}

/** The strokes of each digit of a number, from left to right. */
export type DrawnNumber = readonly (readonly Stroke[])[];

/** Height of a digit as a part of the pad, where the number has room. */
const HEIGHT = { least: 0.3, most: 0.6 };

/** Numbers of random digits of the same writer each; the same for the same seed. */
export function drawNumbers(
  written: readonly WrittenDigit[],
  { digits, touching, n, seed }: Numbers,
): DrawnNumber[] {
  const chance = random(seed);
  const between = (least: number, most: number) => least + (most - least) * chance();
  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(chance() * list.length)];
    if (one === undefined) throw new Error('there is nothing to pick from');
    return one;
  };
  const writers = [...new Set(written.map(({ writer }) => writer))];
  return Array.from({ length: n }, () => {
    const writer = pick(writers);
    const own = written.filter((digit) => digit.writer === writer);
    const height = between(HEIGHT.least, HEIGHT.most) / Math.max(1, digits - 1);
    const drawn: Stroke[][] = [];
    for (let i = 0; i < digits; i++) {
      const digit = placed(
        pick(own).strokes,
        height * between(0.85, 1.15),
        0.3 + height * between(-0.1, 0.1),
      );
      const before = drawn.at(-1);
      const target = lineWidth * (touching ? between(0.1, 0.9) : between(1.1, 2.5));
      drawn.push(before ? beside(digit, before, target) : digit);
    }
    return drawn;
  });
}

/** Strokes of a height on the pad, at its left. */
function placed(ways: readonly Way[], height: number, top: number): Stroke[] {
  const whole = extentOf(ways.flat().map((place) => ({ ...place, width: 0 })));
  const scale = height / Math.max(1, whole.bottom - whole.top);
  return ways.map((way) =>
    way.map(({ x, y }) => ({
      x: (x - whole.left) * scale,
      y: top + (y - whole.top) * scale,
      width: lineWidth,
    })),
  );
}

/** Moves strokes to the right of others, so near that the pens' ways are `target` apart; never to their left. */
function beside(strokes: readonly Stroke[], others: readonly Stroke[], target: number): Stroke[] {
  const [own, other] = [extentOf(strokes.flat()), extentOf(others.flat())];
  let by = other.left - own.left;
  for (const p of strokes.flat()) {
    for (const q of others.flat()) {
      const square = target ** 2 - (p.y - q.y) ** 2;
      if (square >= 0) by = Math.max(by, q.x - p.x + Math.sqrt(square));
    }
  }
  return strokes.map((stroke) => stroke.map((point) => ({ ...point, x: point.x + by })));
}

/** Whether groups are the digits of a number. */
export function isRight(groups: readonly Pick<StrokeGroup, 'strokes'>[], number: DrawnNumber): boolean {
  return (
    groups.length === number.length &&
    groups.every(({ strokes }) =>
      number.some(
        (digit) => digit.length === strokes.length && digit.every((stroke) => strokes.includes(stroke)),
      ),
    )
  );
}
