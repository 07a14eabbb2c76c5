// Photographs of drawings on shaded paper, with thin and thick pens, pale ink and noise, through the digit rule. Features of
// hair lines are shorter and their logits smaller than those of a data set's digits, though they are read right.
import type { Levels } from '../../models/image/area.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { resize } from '../../models/image/resize.ts';
import type { Random } from '../../train/random.ts';
import { inkOf, type Stroke } from './draw.ts';

/** Levels, from 0 to 255: of the paper where it is bright, and the part of it that is left in the darkest shadow. */
const PAPER = { from: 170, to: 250 };
const SHADOW = { from: 0.4, to: 1 };
/** Paper around the drawing, as a part of its side. */
const MARGIN = { from: 0.05, to: 0.3 };
/** The part of the paper's light that the ink sends back. */
const INK = { from: 0.05, to: 0.6 };
/** Levels that noise adds or takes at most: the sum of two even ones, as normal noise takes most of the time. */
const NOISE = 20;

/** Pixels of a drawing's longer side on the photograph. */
const SIDE = { from: 30, to: 56 };
/** The width of a line, as a part of the drawing's longer side: a ball pen's is 0.05, a felt pen's 0.15. */
const PEN = { from: 0.035, to: 0.17 };

const between = ({ from, to }: { readonly from: number; readonly to: number }, next: Random) =>
  from + (to - from) * next();

/** A photograph of strokes, uint8 `[28,28]`. */
export function photographedStrokes(strokes: readonly Stroke[], next: Random): Uint8Array {
  const side = Math.round(between(SIDE, next));
  return photographed(inkOf(strokes, between(PEN, next) * side, side, side), next);
}

/** A photograph of what an input `[28,28]` of the digit rule was made of: enlarged, with a thicker or a thinner line. */
export function photographedInput(input: Uint8Array, next: Random): Uint8Array {
  const side = Math.round(1.4 * between(SIDE, next)); // 28 pixels of which a digit has 20
  const { data } = resize({ data: input, width: 28, height: 28, channels: 1 }, side, side, 'bilinear');
  const [gain, level] = [2 + 4 * next(), 60 + 130 * next()];
  const ink = data.map((value) => Math.min(255, Math.max(0, Math.round(128 + gain * (value - level)))));
  return photographed({ data: ink, width: side, height: side }, next);
}

/**
 * Lays a drawing on paper and photographs it.
 *
 * @param drawing - ink from 0 to 255, light on black, as large as it is to be on the photograph.
 * @returns uint8 `[28,28]`.
 */
function photographed({ data, width, height }: Levels, next: Random): Uint8Array {
  const [paper, ink, noise] = [between(PAPER, next), between(INK, next), NOISE * next() ** 2];
  const margin = Math.round(width * between(MARGIN, next));
  const [wide, high] = [width + 2 * margin, height + 2 * margin];
  const [shadow, angle, steep] = [between(SHADOW, next), 2 * Math.PI * next(), 0.5 + 4 * next()];
  const [across, down] = [(steep * Math.cos(angle)) / wide, (steep * Math.sin(angle)) / high];
  const middle = next() - 0.5;
  const out = new Uint8Array(wide * high);
  for (let y = 0, i = 0; y < high; y++) {
    for (let x = 0; x < wide; x++, i++) {
      const inside = x >= margin && y >= margin && x < margin + width && y < margin + height;
      const covered = inside ? (data[(y - margin) * width + x - margin] ?? 0) / 255 : 0;
      const along = Math.min(1, Math.max(0, 0.5 + middle + across * (x - wide / 2) + down * (y - high / 2)));
      const light = paper * (shadow + (1 - shadow) * along);
      const level = light * (1 - covered * (1 - ink)) + noise * (next() + next() - 1);
      out[i] = Math.min(255, Math.max(0, Math.round(level)));
    }
  }
  return preparePicture({ data: out, width: wide, height: high, channels: 1 }, [28, 28, 1], {
    rule: 'digit',
  });
}
