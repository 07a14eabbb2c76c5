// Undo and redo walk over whole gestures.
import { expect, test } from 'vitest';
import { emptyHistory, record, redo, undo } from '../../../web-demo/page/draw/history.ts';
import { begin, emptyDrawing, finish, lineWidth, snap } from '../../../web-demo/page/draw/strokes.ts';

const one = finish(begin(emptyDrawing, snap(0.1, 0.1, lineWidth)));
const two = finish(begin(one, snap(0.9, 0.9, lineWidth)));
const both = record(record(emptyHistory, one), two);

test('each step is taken back and taken again', () => {
  expect(undo(both).present).toBe(one);
  expect(undo(undo(both)).present).toBe(emptyDrawing);
  expect(undo(undo(undo(both))).present).toBe(emptyDrawing);
  expect(redo(undo(both)).present).toBe(two);
  expect(redo(both)).toBe(both);
});

test('clearing can be taken back; a new step forgets what was taken back', () => {
  expect(undo(record(both, emptyDrawing)).present).toBe(two);
  expect(redo(record(undo(both), emptyDrawing)).present).toBe(emptyDrawing);
});

test('what changes nothing is no step', () => {
  expect(record(both, { ...two }).past).toBe(both.past);
});
