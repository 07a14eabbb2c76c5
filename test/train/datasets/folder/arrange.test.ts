// Files that are read, put into their order: what is written, counted and said of them. No picture is decoded here.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrange, sortLabels } from '../../../../train/datasets/folder/arrange.ts';
import type { Remark } from '../../../../train/datasets/folder/findings.ts';
import { byCodePoint } from '../../../../train/datasets/folder/list-files.ts';
import type { Listing } from '../../../../train/datasets/folder/listing.ts';
import type { ReadFile } from '../../../../train/datasets/folder/read-files.ts';
import type { Side } from '../../../../train/datasets/folder/sides.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-arrange-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (...parts: readonly (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** A file as it was read. */
interface File {
  readonly path: string;
  readonly label: string;
  readonly split?: Side;
  /** What is in it; its path where nothing is said. */
  readonly content?: string;
  readonly look?: string;
  readonly remarks?: Remark[];
  readonly problem?: string;
}

/** 12 bytes, others for each content. */
const pixelsOf = ({ path, content = path }: File) =>
  createHash('sha256').update(content).digest().subarray(0, 12);

function arranged(files: readonly File[], listing: Partial<Listing> = {}, valid = 0.2) {
  const [scratch, target] = [join(folder, 'scratch'), join(folder, 'pixels')];
  writeFileSync(scratch, Buffer.concat(files.map(pixelsOf)));
  const read = files.map((file, place): ReadFile => {
    const hash = sha256(file.content ?? file.path);
    const look = file.look ?? sha256(`look of ${file.path}`).slice(0, 16);
    const entry = { path: file.path, stamp: '', hash, look, remarks: file.remarks ?? [], place };
    return file.problem === undefined
      ? { ...entry, pixels: { path: scratch, place } }
      : { ...entry, place: -1, problem: file.problem };
  });
  const found = files.map(({ path, label, split }) => ({ path, label, split }));
  const whole: Listing = {
    ...{ root: '/photos', layout: 'classes', found, decides: 'Folders.', problems: [], notes: [] },
    ...listing,
  };
  return arrange(whole, read, { shape: [2, 2, 3], valid, target });
}

const at = (label: string, count: number, split?: Side): File[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ path: `${split ?? 'all'}/${label}/${i}.png`, label },
    ...(split && { split }),
  }));
const refusal = (...given: Parameters<typeof arranged>) => {
  try {
    arranged(...given);
  } catch (error) {
    return error instanceof Error && error.name === 'UserError' ? error.message : error;
  }
  return 'no refusal';
};

describe('what is written', () => {
  it('is training, then validation, each in the order of contents, copies in that of paths; the digests are of it', () => {
    const files = [
      ...at('b', 3, 'train'),
      ...at('a', 4, 'train'),
      ...at('a', 2, 'valid'),
      ...at('b', 2, 'valid'),
    ];
    files.push({ path: 'z', label: 'a', split: 'train', content: 'same' });
    files.push({ path: 'y', label: 'a', split: 'train', content: 'same' });
    const { train, validation, labels, entries } = arranged(files);
    expect(labels).toEqual(['a', 'b']);
    const expected = (side: string) =>
      files
        .filter(({ split }) => split === side)
        .map((file) => ({ file, key: `${sha256(file.content ?? file.path)} ${file.path}` }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ file }) => file);
    const sides = [
      { part: train, own: expected('train') },
      { part: validation, own: expected('valid') },
    ];
    for (const { part, own } of sides) {
      const numbers = own.map(({ label }) => labels.indexOf(label));
      expect(part.order.map((i) => files[i])).toEqual(own);
      expect(part.labels).toEqual(numbers);
      expect(part.digest).toBe(sha256(...own.map(pixelsOf), Uint8Array.from(numbers)));
    }
    const all = sides.flatMap(({ own }) => own);
    expect(readFileSync(join(folder, 'pixels'))).toEqual(Buffer.concat(all.map(pixelsOf)));
    expect(entries.map(({ path, place }) => all[place]?.path === path)).toEqual(files.map(() => true));
  });

  it('has numbers of two bytes where there are more than 256 classes', () => {
    for (const count of [256, 257]) {
      const files = Array.from({ length: count }, (_, i) => at(String(i), 1, 'train')).flat();
      const { train } = arranged([...files, ...at('0', 1, 'valid')]);
      const own = train.order.map((i) => files[i] ?? { path: '', label: '' });
      const numbers = own.map(({ label }) => Number(label));
      const bytes = count > 256 ? new Uint8Array(Uint16Array.from(numbers).buffer) : Uint8Array.from(numbers);
      expect(train.digest).toBe(sha256(...own.map(pixelsOf), bytes));
    }
  });

  it('has no place for a file that cannot be used', () => {
    const broken = { path: 'a/broken.png', label: 'a', problem: 'it is a text' };
    const { entries, findings } = arranged([broken, ...at('a', 3), ...at('b', 3)]);
    expect(entries[0]).toMatchObject({ path: 'a/broken.png', place: -1, problem: 'it is a text' });
    expect(findings.problems).toEqual([{ path: 'a/broken.png', reason: 'it is a text' }]);
    expect(entries.map(({ place }) => place).sort((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4, 5]);
  });
});

describe('labels', () => {
  it('are in the order of numbers where all are whole numbers, else in that of code points', () => {
    expect(sortLabels(['10', '9', '010', '1'])).toEqual(['1', '9', '010', '10']);
    expect(sortLabels(['10', '9', '1a'])).toEqual(['10', '1a', '9']);
    expect(sortLabels(['a1', '10', '9'])).toEqual(['10', '9', 'a1']);
    // Of ten digits, a code for example: as text.
    expect(sortLabels(['1234567890', '9'])).toEqual(['1234567890', '9']);
    expect(sortLabels(['b', 'é', 'B', 'a'])).toEqual(['B', 'a', 'b', 'é']);
    expect([byCodePoint('a', 'a'), byCodePoint('a', 'b'), byCodePoint('b', 'a')]).toEqual([0, -1, 1]);
  });

  it('are in the order that the listing has, those alone that are trained on', () => {
    const classes = ['dog', 'owl', 'cat'];
    expect(arranged([...at('cat', 2), ...at('dog', 2)], { classes }).labels).toEqual(['dog', 'cat']);
  });
});

describe('what is said', () => {
  const two = [...at('a', 3), ...at('b', 3)];

  it('is who chose the validation pictures', () => {
    const layouts = ['classes', 'train-and-valid', 'table', 'shards'] as const;
    expect(layouts.map((layout) => arranged(two, { layout }, 0.25).findings.split)).toEqual([
      '25 % of each class, chosen by the content of the files',
      'as the folders say',
      'as the table says; where it does not, chosen by the content of the files',
      'as the names of the files say; where they do not, chosen by the content of the pictures',
    ]);
  });

  it('is which files are copies, and which of them contradict, each in the order of paths', () => {
    const { findings } = arranged([
      ...two,
      { path: 'z', label: 'a', split: 'train', content: '1' },
      { path: 'y', label: 'a', split: 'valid', content: '1' },
      { path: 'c', label: 'b', split: 'train', content: '2' },
      { path: 'd', label: 'a', split: 'train', content: '2' },
    ]);
    expect(findings.copies).toEqual([
      ['c', 'd'],
      ['y', 'z'],
    ]);
    expect(findings.contradictions).toEqual([['c', 'd']]);
  });

  it('is which pictures look alike across the split, if their pixels do, too', () => {
    const look = '0123456789abcdef';
    const { findings } = arranged([
      ...two,
      { path: 't', label: 'a', split: 'train', look, content: 'same' },
      { path: 'v', label: 'a', split: 'valid', look, content: 'same' },
      { path: 'w', label: 'a', split: 'valid', look },
      { path: 'x', label: 'a', split: 'test', look, content: 'same' },
    ]);
    expect(findings.nearDuplicates).toEqual([
      { train: 't', other: 'v', side: 'validation', distance: 0 },
      { train: 't', other: 'x', side: 'test', distance: 0 },
    ]);
  });

  it('is how many there are of each class, what is odd, and what is left out', () => {
    const files = [
      ...at('a', 4, 'train'),
      ...at('b', 2, 'train'),
      ...at('a', 1, 'valid'),
      ...at('c', 2, 'valid'),
    ];
    files.push({ path: '2', label: 'a', split: 'train', remarks: ['deep', 'small'] });
    files.push({ path: '1', label: 'b', split: 'train', remarks: ['small'] });
    const { findings } = arranged(files, { notes: ['A note.'], problems: [{ path: 'x', reason: 'loose' }] });
    expect(findings).toMatchObject({ root: '/photos', decides: 'Folders.' });
    expect(findings.classes).toEqual([
      { label: 'a', train: 5, validation: 1 },
      { label: 'b', train: 3, validation: 0 },
    ]);
    expect(findings.remarks).toEqual({ deep: ['2'], small: ['1', '2'] });
    const reason = 'no picture of the class "c" is there to train on';
    expect(findings.problems).toEqual([
      { path: 'valid/c/0.png', reason },
      { path: 'valid/c/1.png', reason },
      { path: 'x', reason: 'loose' },
    ]);
    expect(findings.notes).toEqual([
      'A note.',
      'The class "c" is left out: none of its 2 pictures can be used to train on.',
      'No validation picture shows b: what the figures say does not hold for that class.',
    ]);
  });

  it('is which classes no validation picture shows, the first five of them', () => {
    const notes = (labels: string) =>
      arranged([...at('a', 1, 'valid'), ...[...labels].flatMap((label) => at(label, 1, 'train'))]).findings
        .notes;
    expect(notes('ab')[0]).toBe(
      'No validation picture shows b: what the figures say does not hold for that class.',
    );
    expect(notes('abcdef')[0]).toBe(
      'No validation picture shows b, c, d, e, f: what the figures say does not hold for those classes.',
    );
    expect(notes('abcdefg')[0]).toContain('No validation picture shows b, c, d, e, f and 1 more: ');
  });
});

describe('what is refused', () => {
  const broken = (path: string, split?: Side): File => ({
    ...{ path, label: path, problem: 'it is a text' },
    ...(split && { split }),
  });

  it('is one class: what to add is as the labels are told', () => {
    const add = (layout: Listing['layout']) => refusal(at('a', 3), { layout });
    for (const layout of ['classes', 'train-and-valid'] as const)
      expect(add(layout)).toMatch(
        /one class with pictures to train on, "a": .* a second folder with pictures, such as "other"\.$/,
      );
    for (const layout of ['table', 'shards'] as const)
      expect(add(layout)).toMatch(/ Add a second label, such as/);
    expect(refusal([...at('a', 3), broken('b')], { notes: ['A note.'] })).toMatch(
      / such as "other"\. A note\. Left out: b: it is a text\.$/,
    );
    const unread = 'Not taken as a list of pictures: labels.csv';
    expect(refusal(at('a', 3), { notes: [unread] })).toMatch(
      /"a", so a table would have to say their labels, .*labels\.csv$/,
    );
    expect(refusal(at('a', 3), { notes: [unread], layout: 'table' })).toMatch(/ Add a second label/);
  });

  it('is no picture for validation, with why', () => {
    const trained = [...at('a', 1, 'train'), ...at('b', 1, 'train')];
    expect(refusal(trained)).toMatch(
      /validation: 2 pictures of 2 classes, none with two that differ\. .* second picture\.$/,
    );
    expect(refusal([...trained, broken('x', 'valid')])).toContain(
      'validation: the one that is for it cannot be used.',
    );
    const many = ['x', 'y', 'z'].map((path) => broken(path, 'valid'));
    expect(refusal([...trained, ...many.slice(1)])).toMatch(
      /none of the 2 that are for it can be used\. Left out: y: .*; z: it is a text\.$/,
    );
    expect(refusal([...trained, ...many])).toMatch(/y: it is a text; and 1 more\.$/);
  });

  it('is a set that keeps all of its pictures for a test', () => {
    const tests = at('a', 2, 'test');
    expect(refusal(tests)).toBe('/photos keeps all of its 2 pictures for a test: none is left to train on.');
    expect(refusal(tests.slice(1))).toContain('keeps its one picture for a test');
  });

  it('is nothing that can be used, the first three with why', () => {
    const files = ['b', 'c', 'd', 'e'].map((path) => broken(path));
    expect(refusal(files.slice(1))).toBe(
      'None of the 3 files under /photos can be used:\n  c: it is a text\n  d: it is a text\n  e: it is a text',
    );
    expect(refusal(files)).toMatch(
      /^None of the 4 files .*\n {2}b: .*\n {2}c: .*\n {2}d: it is a text\n {2}\.\.\.$/,
    );
  });
});
