// What was drawn, step by step, for undo and redo. Drawings share their strokes, so a step costs little.
import { type Drawing, emptyDrawing } from './strokes.ts';

export interface History {
  readonly past: readonly Drawing[];
  readonly present: Drawing;
  readonly future: readonly Drawing[];
}

export const emptyHistory: History = { past: [], present: emptyDrawing, future: [] };

/** Steps that can be taken back; older ones are forgotten. */
const most = 200;

/** Records a step. A drawing that did not change is not a step. */
export function record({ past, present, future }: History, next: Drawing): History {
  if (next.strokes === present.strokes) return { past, present: next, future };
  return { past: [...past, present].slice(-most), present: next, future: [] };
}

/** Takes the last step back. */
export function undo(history: History): History {
  const { past, present, future } = history;
  const last = past.at(-1);
  return last ? { past: past.slice(0, -1), present: last, future: [present, ...future] } : history;
}

/** Takes the step again that was taken back last. */
export function redo(history: History): History {
  const { past, present, future } = history;
  const [next, ...rest] = future;
  return next ? { past: [...past, present], present: next, future: rest } : history;
}
