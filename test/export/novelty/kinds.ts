// Drawings of what is no digit, of shapes of their own: none is one of those that a detector of novelty is fitted to. Of some
// kinds it was shown others, which can be left out of a fit.
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

const place = (x: number, y: number) => ({ x, y });

/** The curve of a heart in few straight lines, as a mouse draws it. */
function straightHeart(next: Random): Stroke[] {
  const corners = 6 + 2 * Math.floor(4 * next());
  return [
    Array.from({ length: corners + 1 }, (_, i) => heart[Math.round((60 * i) / corners)] ?? place(0, 0)),
  ];
}

function triangle(next: Random): Stroke[] {
  for (;;) {
    const [a, b, c] = [place(next(), next()), place(next(), next()), place(next(), next())];
    const isFlat = Math.abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) < 0.3;
    if (!isFlat) return [[a, b, c, a]];
  }
}

/** Four sides, a stroke each. */
function square(next: Random): Stroke[] {
  const down = 0.6 + 0.8 * next();
  const corners = [place(0, 0), place(0, down), place(1, down), place(1, 0), place(0, 0)];
  return corners.slice(1).map((to, i) => [corners[i] ?? to, to]);
}

/** Walls without a ceiling, and a roof that overhangs. */
function house(next: Random): Stroke[] {
  const [roof, wall] = [0.3 + 0.4 * next(), 0.5 + 0.6 * next()];
  return [
    [place(0, 0), place(0, wall), place(1, wall), place(1, 0)],
    [place(-0.1, 0), place(0.5, -roof), place(1.1, 0)],
  ];
}

/** In any direction. */
function arrow(next: Random): Stroke[] {
  const [way, open, long] = [2 * Math.PI * next(), 0.5 + 0.4 * next(), 0.25 + 0.3 * next()];
  const tip = place(Math.cos(way), Math.sin(way));
  const barb = (side: number) =>
    place(tip.x - long * Math.cos(way + side * open), tip.y - long * Math.sin(way + side * open));
  return [
    [place(0, 0), tip],
    [barb(1), tip, barb(-1)],
  ];
}

function checkMark(next: Random): Stroke[] {
  return [[place(0, 0.4 + 0.3 * next()), place(0.2 + 0.2 * next(), 1), place(1, 0)]];
}

interface Drawn {
  /** The strokes of the drawing of this number. */
  readonly draw: (next: Random, i: number) => readonly Stroke[];
  /** What a detector is shown of the kind, by the names of the export. */
  readonly shown: readonly string[];
}

const oneOf =
  (glyphs: readonly (readonly Stroke[])[]): Drawn['draw'] =>
  (_next, i) =>
    glyphs[i % glyphs.length] ?? [];

const kinds = {
  hearts: { draw: oneOf([[heart]]), shown: ['heart'] },
  'hearts of straight lines': { draw: straightHeart, shown: ['heart'] },
  stars: { draw: oneOf([[star]]), shown: ['star', 'asterisk', 'polygon'] },
  faces: { draw: oneOf([face]), shown: ['smiley'] },
  triangles: { draw: triangle, shown: ['triangle', 'polygon'] },
  squares: { draw: square, shown: ['square', 'diamond', 'polygon'] },
  houses: { draw: house, shown: ['house'] },
  arrows: { draw: arrow, shown: ['arrow'] },
  'check marks': { draw: checkMark, shown: ['check mark'] },
  letters: { draw: oneOf(Object.values(letters).map(linesOf)), shown: [] },
  'Hershey letters': { draw: oneOf(Object.values(hershey).map(hersheyStrokes)), shown: [] },
} satisfies Readonly<Record<string, Drawn>>;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as Kind[];

/** What a detector is shown of a kind, by the names of the export: none of letters, which are others there. */
export const shownOf = (kind: Kind): readonly string[] => kinds[kind].shown;

/** `n` drawings of a kind, uint8 `[n,28,28,1]`, each by another hand and with another pen. */
export function drawingsOf(kind: Kind, n: number): Uint8Array {
  const { draw }: Drawn = kinds[kind];
  return Buffer.concat(
    Array.from({ length: n }, (_, i) => {
      const next = random(2, kind, i);
      return prepared(byHand(draw(next, i), next), next);
    }),
  );
}

function prepared(strokes: readonly Stroke[], next: Random): Uint8Array {
  return preparePicture(drawStrokes(strokes, 2 + 1.25 * next()), [28, 28, 1], { rule: 'digit' });
}
