// Pictures in color of what no label of photographs is: writing, figures and scribbles upon any ground, and grounds alone.
import type { Shape } from '../../models/image/shape.ts';
import { type Random, random } from '../../train/random.ts';
import { digits, letters } from './alphabet.ts';
import { figures } from './figures.ts';
import { type Canvas, type Ground, grounds, oneOf } from './grounds.ts';
import { byHand, linesOf } from './hand.ts';
import { type Draw, inscribe, inscribePage } from './inscribe.ts';
import { shapes } from './shapes.ts';

/** Pictures of each ground. */
const OF_A_GROUND = 400;

/** The pictures are the same in every export. */
const SEED = 1;

const character: Draw = (next) => byHand(linesOf(oneOf([...digits, ...letters], next).strokes), next);
const figure: Draw = (next) => byHand(linesOf(oneOf(figures, next).strokes), next);
const scribble: Draw = (next) => byHand(oneOf(Object.values(shapes), next)(next), next);

interface Drawn {
  /** Pictures. */
  readonly n: number;
  readonly draw: (canvas: Canvas, next: Random) => void;
}

/** What is drawn upon a ground, by kinds. */
const drawn: Readonly<Record<string, Drawn>> = {
  writing: { n: 800, draw: (canvas, next) => inscribe(canvas, character, 4, next) },
  figures: { n: 600, draw: (canvas, next) => inscribe(canvas, figure, 2, next) },
  scribbles: { n: 400, draw: (canvas, next) => inscribe(canvas, scribble, 2, next) },
  pages: { n: 400, draw: (canvas, next) => inscribePage(canvas, character, next) },
};

/**
 * Pictures of what a model of photographs does not know.
 *
 * @param except - kinds that are left out, and are no ground of others: `writing`, `noise` and so on. How well they are told
 * unseen can be measured.
 * @returns uint8 `[H,W,C]` each, for 1 or 3 channels.
 */
export function coloredFor([height, width, channels]: Shape, except: readonly string[] = []): Uint8Array[] {
  const isWanted = ([kind]: readonly [string, unknown]) => !except.includes(kind);
  const wanted = Object.entries(grounds).filter(isWanted);
  const any: Ground = (next, ...size) => oneOf(wanted, next)[1](next, ...size);
  const usual = except.includes('flat') ? any : grounds.flat;
  const many = (kind: string, n: number, paint: (next: Random) => Canvas) =>
    Array.from({ length: n }, (_, i) => {
      const next = random(SEED, `in color: ${kind}`, i);
      return photographed(paint(next), channels, next);
    });
  return [
    ...Object.entries(drawn)
      .filter(isWanted)
      .flatMap(([kind, { n, draw }]) =>
        many(kind, n, (next) => {
          const canvas = (next() < 0.5 ? usual : any)(next, width, height);
          draw(canvas, next);
          return canvas;
        }),
      ),
    ...wanted.flatMap(([kind, ground]) => many(kind, OF_A_GROUND, (next) => ground(next, width, height))),
  ];
}

/** Out of focus, with noise, or neither; in gray for a model of gray pictures. */
function photographed(canvas: Canvas, channels: number, next: Random): Uint8Array {
  const { data } = next() < 0.3 ? blurred(canvas) : canvas;
  const noise = next() < 0.5 ? 0 : 30 * next() ** 2;
  const level = (value: number) =>
    Math.min(255, Math.max(0, Math.round(value + (noise && noise * (next() + next() - 1)))));
  if (channels === 3) return Uint8Array.from(data, level);
  // ITU-R BT.601, as pictures are made gray.
  return Uint8Array.from({ length: data.length / 3 }, (_, i) =>
    level(0.299 * (data[3 * i] ?? 0) + 0.587 * (data[3 * i + 1] ?? 0) + 0.114 * (data[3 * i + 2] ?? 0)),
  );
}

/** Each pixel is the mean of nine, fewer at the edge. */
function blurred({ data, width, height }: Canvas): Canvas {
  const row = 3 * width;
  const mean = (values: Float32Array, step: number, from: (i: number) => number, n: number) =>
    values.map((value, i) => {
      const at = from(i);
      const [before, after] = [
        at > 0 ? (values[i - step] ?? 0) : value,
        at < n - 1 ? (values[i + step] ?? 0) : value,
      ];
      return (before + value + after) / 3;
    });
  const across = mean(data, 3, (i) => Math.floor(i / 3) % width, width);
  return { data: mean(across, row, (i) => Math.floor(i / row), height), width, height };
}
