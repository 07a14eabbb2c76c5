// The table of decisions: undone, read again after any end, refused where it is not ours.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, expect, it } from 'vitest';
import { openDecisions, type Row } from '../../../train/clean/decisions.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-decisions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const row = (path: string, label: string): Row => ({
  path,
  was: label,
  label,
  split: undefined,
  decision: undefined,
});
const pictures = [row('p/a "1", <b>.png', 'cat'), row('p/b;|.png', 'it\'s, "so"'), row('p/c\n.png', 'dög')];
const cells = (path: string) =>
  (parse(readFileSync(path)) as string[][]).map(([file, label, decision, was]) =>
    [file, label, decision, was].join('~'),
  );

it('has each decision in the table at once, takes it back, and goes on after a new start', () => {
  const path = join(folder, 'labels.csv');
  const first = openDecisions(path, pictures);
  expect(first.undo()).toBeUndefined();
  first.decide(0, { label: 'dög' });
  first.decide(1, 'drop');
  first.decide(2, 'keep');
  const decided = [
    'p/a "1", <b>.png~dög~relabeled~cat',
    'p/b;|.png~~dropped~it\'s, "so"',
    'p/c\n.png~dög~kept~dög',
  ];
  expect(cells(path).slice(1)).toEqual(decided);
  expect(first.undo()).toBe(2);
  expect(cells(path)[3]).toBe('p/c\n.png~dög~~dög');
  expect(first.undo()).toBe(1);
  expect(cells(path)[2]).toBe('p/b;|.png~it\'s, "so"~~it\'s, "so"');
  first.decide(1, 'drop');
  // Another start: nothing was closed. One picture is new, one is gone.
  const second = openDecisions(path, [row('p/new.png', 'cat'), ...pictures.slice(1)]);
  expect(second.row(1)).toMatchObject({ decision: 'dropped', label: 'it\'s, "so"' });
  second.decide(1, undefined);
  second.decide(0, { label: 'cat' });
  expect(cells(path).slice(1).sort()).toEqual(
    ['p/new.png~cat~kept~cat', 'p/b;|.png~it\'s, "so"~~it\'s, "so"', 'p/c\n.png~dög~~dög', decided[0]].sort(),
  );
  expect(() => first.decide(0, 'drop')).toThrow(/labels\.csv was changed by another program/);
});

it('refuses a table of somebody else, and one that is damaged, and leaves both', () => {
  const own = join(folder, 'own.csv');
  for (const [text, says] of [
    ['path,label\np/a.png,cat\n', /was not written by clean/],
    ['path,label,decision,was\np/a.png,cat,', /is damaged/],
    ['path,label,decision,was\np/a.png,cat,thrown,cat\n', /damaged: row 2 has no decision/],
  ] as const) {
    writeFileSync(own, text);
    expect(() => openDecisions(own, pictures)).toThrow(says);
    expect(readFileSync(own, 'utf8')).toBe(text);
  }
});
