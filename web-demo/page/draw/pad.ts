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

  /** Gives the canvas as many pixels as the screen has for it. */
  function fit(): void {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (side === 0 || side === canvas.width) return;
    canvas.width = side;
    canvas.height = side;
    refresh();
  }

  /** Zooming, or another screen, changes the number of pixels, and not the size that a ResizeObserver sees. */
  function watchRatio(): void {
    fit();
    const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    same.addEventListener('change', watchRatio, { once: true });
  }

  new ResizeObserver(fit).observe(canvas);
  watchRatio();
  for (const colors of ['(prefers-color-scheme: dark)', '(forced-colors: active)'])
    matchMedia(colors).addEventListener('change', refresh);

  return {
    paint(drawing) {
      shown = drawing;
      // The pen moves more often than the screen changes.
      if (!waiting) requestAnimationFrame(paint);
      waiting = true;
    },
  };
}
