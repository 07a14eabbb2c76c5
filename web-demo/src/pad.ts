// The pad that people draw on: as sharp as the screen, in the colours of the page, over a photo where there is one.
import { createSurface } from './ink.ts';
import type { Drawing } from './strokes.ts';

export interface Pad {
  /** Shows a drawing, or the photo that took its place. */
  paint(drawing: Drawing, photo?: ImageBitmap): void;
}

/** Makes a pad of a square canvas. It repaints itself when its size, the screen or the colour scheme changes. */
export function createPad(canvas: HTMLCanvasElement): Pad {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no 2D canvas');
  let shown: { drawing: Drawing; photo?: ImageBitmap | undefined } = {
    drawing: { strokes: [], penDown: false },
  };
  const surface = createSurface({
    canvas,
    context,
    colour: () => getComputedStyle(canvas).color,
    background: (target, side) => {
      if (shown.photo) drawContained(target, shown.photo, side);
    },
  });

  function refresh(): void {
    surface.reset();
    surface.paint(shown.drawing);
  }

  new ResizeObserver(() => {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (side === 0 || side === canvas.width) return;
    canvas.width = side;
    canvas.height = side;
    refresh();
  }).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);

  return {
    paint(drawing, photo) {
      shown = { drawing, photo };
      surface.paint(drawing);
    },
  };
}

/** Draws a picture as large as fits, in the middle. */
function drawContained(context: CanvasRenderingContext2D, picture: ImageBitmap, side: number): void {
  const scale = side / Math.max(picture.width, picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (side - width) / 2, (side - height) / 2, width, height);
}
