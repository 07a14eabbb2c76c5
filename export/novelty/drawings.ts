// Drawings of which it is known whether they are one of a model's labels: letters, digits and shapes, each by another hand.
import { preparePicture } from '../../models/image/prepare.ts';
import { type Random, random } from '../../train/random.ts';
import { digits, type Glyph, letters } from './alphabet.ts';
import { drawStrokes, type Stroke } from './draw.ts';
import { figures } from './figures.ts';
import { byHand, linesOf } from './hand.ts';
import { photographedInput, photographedStrokes } from './photograph.ts';
import { photographedScene } from './scenes.ts';
import { shapes } from './shapes.ts';
import type { SomePictures } from './values.ts';

/** Drawings of each way to write a character, and of each shape; a fifth as many are photographed. */
const OF_A_GLYPH = 60;
const OF_A_SHAPE = 160;
const PHOTOGRAPHED = 1 / 5;

/** Photographs of what was not drawn. */
const SCENES = 700;

/** The finest line and how much broader others are, in pixels: MNIST's are from 2.2 to 3. */
const FINEST = 1.75;
const BROADER = 1.5;

/** The drawings are the same in every export. */
const SEED = 1;

export interface Drawings {
  /** uint8 `[H,W,C]` each, as the model takes them: drawings of what it knows, and of what it does not. */
  readonly known: readonly Uint8Array[];
  readonly others: readonly Uint8Array[];
}

/**
 * Draws what a model of characters knows, and what it does not. What is written like one of its labels is left out.
 *
 * @param except - kinds of drawings by name that are left out of the others: how well they are told unseen can be measured.
 * @returns undefined where a label is no character that can be drawn here: then nobody knows what is none of them.
 */
export function drawingsFor(labels: readonly string[], except: readonly string[] = []): Drawings | undefined {
  const glyphs = [...digits, ...letters];
  const named = (name: string) => glyphs.filter((each) => each.name === name);
  if (!labels.every((label) => named(label).length > 0)) return undefined;
  const isLabel = ({ name }: Glyph) => labels.some((label) => label.toLowerCase() === name.toLowerCase());
  const isLike = (one: Glyph) =>
    glyphs.some((each) => isLabel(each) && (each.like === one.name || one.like === each.name));
  const isWanted = (name: string) => !except.includes(name);
  const others = glyphs.filter((each) => !isLabel(each) && !isLike(each));
  return {
    known: labels.flatMap((label) => named(label).flatMap(drawn)),
    others: [
      ...[...others, ...figures].filter(({ name }) => isWanted(name)).flatMap(drawn),
      ...Object.entries(shapes)
        .filter(([name]) => isWanted(name))
        .flatMap(([name, shape]) => drawnBy(OF_A_SHAPE, `shape ${name}`, shape)),
      ...Array.from({ length: SCENES }, (_, i) => photographedScene(random(SEED, 'scene', i))),
      new Uint8Array(28 * 28), // nothing at all
    ],
  };
}

function drawn({ name, strokes }: Glyph): Uint8Array[] {
  return drawnBy(OF_A_GLYPH, `${name} ${strokes}`, () => linesOf(strokes));
}

/** On a pad, and then on paper. */
function drawnBy(n: number, what: string, draw: (next: Random) => Stroke[]): Uint8Array[] {
  const hand = (stream: string, i: number) => {
    const next = random(SEED, stream, i);
    return { strokes: byHand(draw(next), next), next };
  };
  const onPad = Array.from({ length: n }, (_, i) => {
    const { strokes, next } = hand(what, i);
    return preparePicture(drawStrokes(strokes, FINEST + BROADER * next()), [28, 28, 1], { rule: 'digit' });
  });
  const onPaper = Array.from({ length: Math.round(n * PHOTOGRAPHED) }, (_, i) => {
    const { strokes, next } = hand(`${what}, photographed`, i);
    return photographedStrokes(strokes, next);
  });
  return [...onPad, ...onPaper];
}

/** Inputs of the digit rule, photographed: not those of a model that knows other pictures. */
export function onPaper(pictures: SomePictures): Uint8Array[] {
  return Array.from({ length: pictures.n }, (_, i) =>
    photographedInput(pictures.at(i), random(SEED, 'paper', i)),
  );
}
