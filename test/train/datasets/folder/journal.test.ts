// The journal of a preparation: what is whole in it is there when it is opened again, and nothing else.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from '../../../../train/datasets/folder/journal.ts';

const SIZE = 4;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (path: string) => ({ path, stamp: '1 2', hash: 'a', remarks: [], look: '0' });
const pixels = (value: number) => new Uint8Array(SIZE).fill(value);
/** Adds files to what is there, and closes: a number is a picture of that gray, undefined a file that cannot be used. */
function add(grays: Readonly<Record<string, number | undefined>>): void {
  const journal = openJournal(folder, SIZE);
  for (const [path, gray] of Object.entries(grays))
    journal.add(
      gray === undefined ? { ...file(path), problem: 'no picture' } : file(path),
      gray === undefined ? undefined : pixels(gray),
    );
  journal.close();
}
/** What is there, each with the gray at its place. */
function grays(): Record<string, number | undefined> {
  const { entries, path, close } = openJournal(folder, SIZE);
  close();
  const bytes = readFileSync(path);
  return Object.fromEntries(
    entries.map((each) => [each.path, each.place < 0 ? undefined : bytes[each.place * SIZE]]),
  );
}

it('has what was added, over any number of openings', () => {
  expect(grays()).toEqual({});
  add({ a: 1, b: undefined, c: 3 });
  add({ d: 4 });
  expect(grays()).toEqual({ a: 1, b: undefined, c: 3, d: 4 });
  const { entries, close } = openJournal(folder, SIZE);
  close();
  expect(entries[1]).toEqual({ ...file('b'), problem: 'no picture', place: -1 });
});

it('loses the line that was cut off, and none after it', () => {
  add({ a: 1, b: 2 });
  const list = join(folder, 'prepared.jsonl');
  truncateSync(list, readFileSync(list).length - 5);
  expect(grays()).toEqual({ a: 1 });
  add({ c: 3 });
  expect(grays()).toEqual({ a: 1, c: 3 });
});

it('does not believe lines that are no entries, and pixels that are others, or missing', () => {
  add({ a: 1, b: 2, c: 3 });
  const [list, scratch] = [join(folder, 'prepared.jsonl'), join(folder, 'scratch')];
  writeFileSync(list, `{}\nnull\n{"entry":{"path":"x"},"pixels":""}\n${readFileSync(list, 'utf8')}`);
  writeFileSync(scratch, Buffer.concat([pixels(1), pixels(7), pixels(3)]));
  expect(grays()).toEqual({ a: 1, c: 3 });
  truncateSync(scratch, 2 * SIZE + 1);
  expect(grays()).toEqual({ a: 1 });
});
