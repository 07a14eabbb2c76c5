// Drawings of kinds that no detector of novelty was shown: hearts, stars, faces, and letters that the alphabet of the export
// does not have.
import { drawStrokes, type Stroke } from '../../../export/novelty/draw.ts';
import { byHand, linesOf } from '../../../export/novelty/hand.ts';
import { preparePicture } from '../../../models/image/prepare.ts';
import { type Random, random } from '../../../train/random.ts';
import { hershey } from './hershey.ts';

function curve(n: number, at: (turn: number) => [number, number]): Stroke {
  return Array.from({ length: n + 1 }, (_, i) => {
    const [x, y] = at((2 * Math.PI * i) / n);
    return { x, y };
  });
}

const heart = curve(60, (a) => [
  16 * Math.sin(a) ** 3,
  -(13 * Math.cos(a) - 5 * Math.cos(2 * a) - 2 * Math.cos(3 * a) - Math.cos(4 * a)),
]);
const star = curve(5, (a) => [Math.sin(2 * a), -Math.cos(2 * a)]);
const face: Stroke[] = [
  curve(40, (a) => [Math.sin(a), Math.cos(a)]),
  curve(1, () => [-0.35, -0.3]),
  curve(1, () => [0.35, -0.3]),
  curve(40, (a) => [0.5 * Math.sin(a / 2 - Math.PI / 2), 0.5 * Math.cos(a / 2 - Math.PI / 2)]),
];

/** Letters by hand, which export/novelty/alphabet.ts leaves out. */
const letters: Readonly<Record<string, string>> = {
  K: '10 18|70 14 78',
  M: '08 10 46 70 88',
  U: '~10 16 38 58 76 70',
  W: '00 28 43 68 80',
  a: '~63 32 14 16 38 56 64|63 66 78',
  e: '~15 75 63 33 15 37 58 77',
  h: '10 18|~14 43 64 68',
  t: '~40 46 58 77|23 63',
};

const hersheyStrokes = (text: string): Stroke[] =>
  text.split('|').map((stroke) =>
    stroke.split(' ').map((place) => {
      const [x = 0, y = 0] = place.split(',').map(Number);
      return { x, y };
    }),
  );

/** The strokes of each kind; one of them is drawn each time. */
const kinds = {
  hearts: [[heart]],
  stars: [[star]],
  faces: [face],
  letters: Object.values(letters).map(linesOf),
  'Hershey letters': Object.values(hershey).map(hersheyStrokes),
} satisfies Readonly<Record<string, readonly (readonly Stroke[])[]>>;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as Kind[];

/** `n` drawings of a kind, uint8 `[n,28,28,1]`, each by another hand and with another pen. */
export function drawingsOf(kind: Kind, n: number): Uint8Array {
  const glyphs: readonly (readonly Stroke[])[] = kinds[kind];
  return Buffer.concat(
    Array.from({ length: n }, (_, i) => {
      const next: Random = random(2, kind, i);
      return prepared(byHand(glyphs[i % glyphs.length] ?? [], next), next);
    }),
  );
}

function prepared(strokes: readonly Stroke[], next: Random): Uint8Array {
  return preparePicture(drawStrokes(strokes, 4 + 2.5 * next()), [28, 28, 1], { rule: 'digit' });
}
