// The pad or the frame of photos as it is seen, with what lies over it, painted into a square.
import { inkStroke } from '../draw/ink.ts';
import type { Drawing } from '../draw/strokes.ts';

/** A square of a canvas. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/**
 * Paints a sheet: its canvases in their order, and the lines around parts of it.
 *
 * @param drawing - what is on the pad: it is drawn anew, sharp at any size; undefined for a photo.
 */
export function paintSheet(
  context: CanvasRenderingContext2D,
  sheet: HTMLElement,
  drawing: Drawing | undefined,
  { x, y, side }: Square,
): void {
  const { width, height } = sheet.getBoundingClientRect();
  const scale = side / Math.max(width, height);
  context.save();
  context.translate(x + (side - width * scale) / 2, y + (side - height * scale) / 2);
  context.beginPath();
  context.rect(0, 0, width * scale, height * scale);
  context.clip();
  for (const child of sheet.children) {
    if (!(child instanceof HTMLElement) || child.hidden) continue;
    const style = getComputedStyle(child);
    const place = placeOf(child, sheet, scale);
    context.globalAlpha = Number(style.opacity);
    if (child.id === 'paper' && drawing) {
      context.strokeStyle = style.color;
      for (const stroke of drawing.strokes) inkStroke(context, stroke, side);
    } else if (child instanceof HTMLCanvasElement && child.width > 0) {
      context.imageSmoothingEnabled = style.imageRendering !== 'pixelated';
      const fitted = style.objectFit === 'contain' ? contain(child, place) : place;
      context.drawImage(child, fitted.x, fitted.y, fitted.width, fitted.height);
    } else if (child.classList.contains('patch')) {
      context.strokeStyle = style.outlineColor;
      context.lineWidth = 4;
      context.strokeRect(place.x, place.y, place.width, place.height);
    }
  }
  context.restore();
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function placeOf(child: HTMLElement, sheet: HTMLElement, scale: number): Place {
  const [inner, outer] = [child.getBoundingClientRect(), sheet.getBoundingClientRect()];
  return {
    x: (inner.x - outer.x) * scale,
    y: (inner.y - outer.y) * scale,
    width: inner.width * scale,
    height: inner.height * scale,
  };
}

/** As the style sheet's `object-fit: contain`. */
function contain({ width, height }: HTMLCanvasElement, place: Place): Place {
  const scale = Math.min(place.width / width, place.height / height);
  return {
    x: place.x + (place.width - width * scale) / 2,
    y: place.y + (place.height - height * scale) / 2,
    width: width * scale,
    height: height * scale,
  };
}
