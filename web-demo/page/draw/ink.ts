// Draws strokes as smooth round lines on any canvas: the pad that people see and the raster that the model gets.
import type { Drawing, Stroke } from './strokes.ts';

/** Anything that can be drawn on: a canvas of the page or one off the screen. */
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/**
 * Draws one stroke. The curve goes through the middles between neighboring points, with the points as control
 * points of quadratic Bézier pieces: smooth, and never further out than the pen was.
 *
 * @param side - pixels that the unit square is wide.
 */
export function inkStroke(context: Context, stroke: Stroke, side: number): void {
  const [first] = stroke;
  if (!first) return;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  let from = { x: first.x, y: first.y };
  let width = first.width;
  context.lineWidth = width * side;
  context.beginPath();
  context.moveTo(from.x * side, from.y * side);
  stroke.forEach((point, i) => {
    const next = stroke[i + 1];
    const to = next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : point;
    if (point.width !== width) {
      // A path has one width: where the pressure changes, another begins.
      context.stroke();
      width = point.width;
      context.lineWidth = width * side;
      context.beginPath();
      context.moveTo(from.x * side, from.y * side);
    }
    context.quadraticCurveTo(point.x * side, point.y * side, to.x * side, to.y * side);
    from = to;
  });
  context.stroke();
}

/** Keeps a canvas up to date with a drawing. */
export interface DrawingSurface {
  /** Brings the canvas up to date; finished strokes are not drawn again. */
  paint(drawing: Drawing): void;
  /** Draws everything again the next time: for another size or color. */
  reset(): void;
}

/** What a surface is made of. `color` is asked each time ink is laid. */
export interface DrawingSurfaceOptions {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly color: () => string;
}

/**
 * Makes a surface for a square canvas. Finished strokes settle on a layer of their own, so that the cost of a
 * movement of the pen does not grow with the drawing.
 */
export function createSurface({ canvas, context, color }: DrawingSurfaceOptions): DrawingSurface {
  const layer = document.createElement('canvas');
  const settled = layer.getContext('2d');
  let strokes: readonly Stroke[] = [];

  function settle(finished: readonly Stroke[]): void {
    if (!settled) return;
    const kept = strokes.length <= finished.length && strokes.every((stroke, i) => stroke === finished[i]);
    if (!kept || layer.width !== canvas.width) {
      layer.width = canvas.width;
      layer.height = canvas.height;
      strokes = [];
    }
    settled.strokeStyle = color();
    for (const stroke of finished.slice(strokes.length)) inkStroke(settled, stroke, canvas.width);
    strokes = finished;
  }

  return {
    paint(drawing) {
      const growing = drawing.penDown ? drawing.strokes.at(-1) : undefined;
      settle(growing ? drawing.strokes.slice(0, -1) : drawing.strokes);
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (strokes.length > 0) context.drawImage(layer, 0, 0);
      context.strokeStyle = color();
      if (growing) inkStroke(context, growing, canvas.width);
    },
    reset() {
      strokes = [];
      layer.width = 0;
    },
  };
}
