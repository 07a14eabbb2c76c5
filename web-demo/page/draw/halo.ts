// A line around one stroke, on a canvas of its own below the paper's ink.
import { inkStroke } from './ink.ts';
import type { Stroke } from './strokes.ts';

/** Breadth of the line on each side of the ink, as a part of the pad's side. */
const BREADTH = 0.012;

export interface Halo {
  /** Undefined takes it away. */
  show(stroke: Stroke | undefined): void;
}

/** @param paper - the canvas with the ink, which is transparent where there is none. */
export function createHalo(paper: HTMLElement): Halo {
  const canvas = document.createElement('canvas');
  canvas.className = 'halo';
  canvas.dataset.testid = 'halo';
  return {
    show(stroke) {
      canvas.remove();
      if (!stroke) return;
      paper.before(canvas);
      canvas.width = canvas.height = Math.round(paper.clientWidth * devicePixelRatio);
      const context = canvas.getContext('2d');
      if (!context) return;
      context.strokeStyle = getComputedStyle(canvas).color;
      const broader = stroke.map((point) => ({ ...point, width: point.width + 2 * BREADTH }));
      inkStroke(context, broader, canvas.width);
    },
  };
}
