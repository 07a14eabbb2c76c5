// The picture card: what was drawn or shown, the answer with its bars, the model and the address of the page, on one canvas.

import type { Square } from './sheet.ts';
import type { Snapshot, SnapshotBar } from './snapshot.ts';
import { fitText } from './text.ts';

/** Pixels: the shape in which most programs show pictures of links. */
const [WIDTH, HEIGHT] = [1200, 630];

/** Where the drawing or the photo is. */
export const sheetSquare: Square = { x: 44, y: 44, side: 490 };

const COLUMN = { left: 580, right: 1156 };
const TILE = 130;
const BARS = { top: 316, bottom: 468, labels: 496 };
const FOOT = 590;

export interface CardContent extends Snapshot {
  readonly model: string;
  readonly address: string;
  readonly paintSheet: (context: CanvasRenderingContext2D, square: Square) => void;
}

/** The page's colors and type. */
export interface CardStyle {
  readonly family: string;
  readonly color: (name: 'paper' | 'sheet' | 'ink' | 'quiet' | 'hairline' | 'signal' | 'bar') => string;
}

/** @throws Error when the browser has no 2D canvas */
export function paintCard(canvas: HTMLCanvasElement, content: CardContent, style: CardStyle): void {
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no 2D canvas');
  context.fillStyle = style.color('paper');
  context.fillRect(0, 0, WIDTH, HEIGHT);
  paintFrame(context, content, style);
  paintAnswer(context, content, style);
  if (content.form === 'row') paintRow(context, content.bars, style);
  else paintList(context, content.bars, style);
  paintFoot(context, content, style);
}

function paintFrame(context: CanvasRenderingContext2D, content: CardContent, { color }: CardStyle): void {
  const { x, y, side } = sheetSquare;
  context.fillStyle = color('sheet');
  context.fillRect(x, y, side, side);
  content.paintSheet(context, sheetSquare);
  context.strokeStyle = color('hairline');
  context.lineWidth = 2;
  context.strokeRect(x, y, side, side);
}

function paintAnswer(context: CanvasRenderingContext2D, content: CardContent, style: CardStyle): void {
  const { label, words, sure, tiles, change, form } = content;
  const { family, color } = style;
  const [only] = tiles;
  const several = tiles.length > 1;
  const width = COLUMN.right - COLUMN.left;
  const beside = several ? width : width - TILE - 24;
  context.textAlign = 'left';
  context.fillStyle = color(sure ? 'signal' : 'quiet');
  const shown = fitText(context, label, beside, {
    family,
    weight: 600,
    size: form === 'row' ? 168 : 96,
    least: 40,
  });
  context.fillText(shown, COLUMN.left, form === 'row' ? 168 : 140);
  context.fillStyle = color('ink');
  context.fillText(
    fitText(context, words, beside, { family, weight: 400, size: 26, least: 16 }),
    COLUMN.left,
    212,
  );
  context.imageSmoothingEnabled = false;
  if (several) {
    const side = Math.min(48, (width + 8) / tiles.length - 8);
    for (const [i, tile] of tiles.entries())
      context.drawImage(tile, COLUMN.left + i * (side + 8), 230, side, side);
  } else if (only) context.drawImage(only, COLUMN.right - TILE, sheetSquare.y, TILE, TILE);
  context.fillStyle = color('quiet');
  const sentences = change.split(/(?<=\.) /);
  for (const [i, sentence] of sentences.entries()) {
    const text = fitText(context, sentence, width, { family, weight: 400, size: 18, least: 14 });
    context.fillText(text, COLUMN.left, 534 - 22 * (sentences.length - 1 - i));
  }
}

/** As the page's: the number rides on its bar. */
function paintRow(context: CanvasRenderingContext2D, bars: readonly SnapshotBar[], style: CardStyle): void {
  const { family, color } = style;
  const step = (COLUMN.right - COLUMN.left) / bars.length;
  context.textAlign = 'center';
  bars.forEach(({ label, number, probability, best }, i) => {
    const middle = COLUMN.left + (i + 0.5) * step;
    const height = probability * (BARS.bottom - BARS.top);
    const weight = best ? 600 : 400;
    context.fillStyle = color(best ? 'signal' : 'bar');
    context.fillRect(middle - step * 0.24, BARS.bottom - height, step * 0.48, height);
    context.fillStyle = color(best ? 'ink' : 'quiet');
    context.fillText(
      fitText(context, number, step, { family, weight, size: 18, least: 12 }),
      middle,
      BARS.bottom - height - 8,
    );
    context.fillText(
      fitText(context, label, step, { family, weight, size: 22, least: 12 }),
      middle,
      BARS.labels,
    );
  });
  context.fillStyle = color('hairline');
  context.fillRect(COLUMN.left, BARS.bottom, COLUMN.right - COLUMN.left, 2);
}

function paintList(context: CanvasRenderingContext2D, bars: readonly SnapshotBar[], style: CardStyle): void {
  const { family, color } = style;
  const width = COLUMN.right - COLUMN.left;
  const step = 48;
  bars.forEach(({ label, number, probability, best }, i) => {
    const y = 272 + i * step;
    const weight = best ? 600 : 400;
    context.fillStyle = color(best ? 'ink' : 'quiet');
    context.textAlign = 'right';
    context.fillText(fitText(context, number, 120, { family, weight, size: 20, least: 12 }), COLUMN.right, y);
    context.textAlign = 'left';
    context.fillText(
      fitText(context, label, width - 130, { family, weight, size: 22, least: 14 }),
      COLUMN.left,
      y,
    );
    context.fillStyle = color('hairline');
    context.fillRect(COLUMN.left, y + 9, width, 6);
    context.fillStyle = color(best ? 'signal' : 'bar');
    context.fillRect(COLUMN.left, y + 9, width * probability, 6);
  });
}

function paintFoot(
  context: CanvasRenderingContext2D,
  { model, address }: CardContent,
  style: CardStyle,
): void {
  const { family, color } = style;
  context.textAlign = 'left';
  context.fillStyle = color('ink');
  const name = fitText(context, `Trainyard · ${model}`, sheetSquare.side, {
    family,
    weight: 600,
    size: 24,
    least: 14,
  });
  context.fillText(name, sheetSquare.x, FOOT);
  context.textAlign = 'right';
  context.fillStyle = color('quiet');
  const where = fitText(context, address, COLUMN.right - COLUMN.left, {
    family,
    weight: 400,
    size: 22,
    least: 12,
  });
  context.fillText(where, COLUMN.right, FOOT);
}
