// MNIST's test digits as strokes on the pad, moved, enlarged, turned, with other pens: are they still read?

import sharp from 'sharp';
import type { Picture } from '../../../models/image/picture.ts';
import { encodeDrawing } from '../../../web-demo/page/draw/link.ts';
import { lineWidth, snap } from '../../../web-demo/page/draw/strokes.ts';
import type { Stage } from '../../web-demo/browser.ts';
import { modelReady, visit } from '../../web-demo/browser.ts';
import type { TestSet } from './pictures.ts';
import { random } from './random.ts';
import { strokesFrom } from './skeleton.ts';

/** How a digit is put on the pad: side of its image, place, turn in degrees, breadth of the pen. */
interface Placement {
  readonly side: number;
  readonly x: number;
  readonly y: number;
  readonly turn: number;
  readonly pen: number;
}

const normal: Placement = { side: 0.9, x: 0.5, y: 0.5, turn: 0, pen: 1 };

/** `chance` gives numbers from -1 to 1. */
export const variations: Record<string, (chance: () => number) => Placement> = {
  normal: () => normal,
  'off-center': (chance) => ({ ...normal, side: 0.5, x: 0.5 + 0.28 * chance(), y: 0.5 + 0.28 * chance() }),
  small: () => ({ ...normal, side: 0.3 }),
  large: () => ({ ...normal, side: 1.35 }),
  thick: () => ({ ...normal, pen: 2 }),
  thin: () => ({ ...normal, pen: 0.4 }),
  rotated: (chance) => ({ ...normal, turn: 12 * chance() }),
};

export interface ShapeResult {
  readonly name: string;
  readonly right: number;
  readonly n: number;
}

/** Breadth of MNIST's pens in pixels of its images. */
const mnistPen = 2.4;

/** The traced strokes as 28x28 pictures, where they were, drawn without the page: this shows what is lost by tracing alone. */
export function drawWithoutPage({ pictures }: TestSet): Promise<Picture[]> {
  return Promise.all(
    pictures.map(async ({ data, width, height }) => {
      const lines = strokesFrom(new Uint8Array(data), width).map(
        (stroke) => `M${stroke.map(([x, y]) => `${width * x} ${height * y}`).join('L')}`,
      );
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
        <rect width="100%" height="100%"/>
        <path d="${lines.join('')}" fill="none" stroke="#fff" stroke-width="${mnistPen}" stroke-linecap="round"/></svg>`;
      const pixels = await sharp(Buffer.from(svg)).toColorspace('b-w').raw().toBuffer();
      return { data: new Uint8Array(pixels), width, height, channels: 1 };
    }),
  );
}

/** Shows the page each drawing by its link, as a visitor would open it, and counts the right answers. */
export async function readShapes(stage: Stage, { pictures, labels }: TestSet): Promise<ShapeResult[]> {
  const { page } = await visit(stage);
  await modelReady(page);
  const strokes = pictures.map(({ data }) => strokesFrom(new Uint8Array(data), 28));
  const results: ShapeResult[] = [];
  for (const [name, place] of Object.entries(variations)) {
    const chance = random(1);
    const links = strokes.map((one) =>
      link(
        one,
        place(() => 2 * chance() - 1),
      ),
    );
    const answers = await page.evaluate(answersTo, links);
    const right = answers.filter((answer, i) => answer === String(labels[i])).length;
    results.push({ name, right, n: links.length });
  }
  await page.context().close();
  return results;
}

function link(strokes: readonly (readonly (readonly [number, number])[])[], place: Placement): string {
  const { side, x, y, turn, pen } = place;
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const drawn = strokes.map((stroke) =>
    stroke.map(([u, v]) => {
      const [dx, dy] = [(u - 0.5) * side, (v - 0.5) * side];
      return snap(x + cos * dx - sin * dy, y + sin * dx + cos * dy, lineWidth * pen);
    }),
  );
  const text = encodeDrawing({ strokes: drawn, penDown: false });
  if (text === undefined) throw new Error('a digit is too long for a link');
  return text;
}

/** Runs in the page: opens one link after another and waits until the bars have changed. */
async function answersTo(links: string[]): Promise<string[]> {
  const bars = document.getElementById('bars');
  const label = document.getElementById('label');
  const answers: string[] = [];
  for (const text of links) {
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      if (bars) observer.observe(bars, { attributes: true, subtree: true });
      location.hash = `draw=${text}`;
    });
    answers.push(label?.textContent ?? '');
  }
  return answers;
}
