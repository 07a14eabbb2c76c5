// The pad that people draw on: as sharp as the screen, in the colors of the page.
import { createSurface } from './ink.ts';
import { type Drawing, emptyDrawing } from './strokes.ts';

export interface Pad {
  paint(drawing: Drawing): void;
}

/** Makes a pad of a square canvas. It repaints itself when its size, the screen or the color scheme changes. */
export function createPad(canvas: HTMLCanvasElement): Pad {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no 2D canvas');
  let shown = emptyDrawing;
  let color = getComputedStyle(canvas).color;
  const surface = createSurface({ canvas, context, color: () => color });

  /** Whether the next frame will bring what is drawn. */
  let waiting = false;

  function paint(): void {
    waiting = false;
    surface.paint(shown);
  }

  function refresh(): void {
    color = getComputedStyle(canvas).color;
    surface.reset();
    surface.paint(shown);
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
    paint(drawing) {
      shown = drawing;
      // The pen moves more often than the screen changes.
      if (!waiting) requestAnimationFrame(paint);
      waiting = true;
    },
  };
}
