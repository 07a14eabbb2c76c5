// A folder becomes a dataset: its layouts, its split, its cache, and every odd file in it.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { preparePicture } from '../../../../models/image/prepare.ts';
import { cacheFolder } from '../../../../setup/paths.mjs';
import { presets } from '../../../../train/augment/index.ts';
import { loadCleanPictures } from '../../../../train/clean/pictures.ts';
import { decode } from '../../../../train/datasets/folder/decode.ts';
import { type FolderOptions, loadFolder, slugOf } from '../../../../train/datasets/folder/index.ts';
import { type Dataset, imagesOf, type Split } from '../../../../train/datasets/index.ts';
import { firstOf } from '../../../../train/datasets/subset.ts';
import { openLoader } from '../../../../train/loader/index.ts';
import { take } from '../../loader/examples.ts';
import { noise, type Place, temporaryPlace } from './pictures.ts';

let place: Place;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(() => place.close());

const options: FolderOptions = {
  shape: [16, 16, 3],
  rule: { rule: 'resize', filter: 'bilinear', crop: 'center' },
  valid: 0.2,
};
const load = (changes: Partial<FolderOptions> = {}, path = place.path) =>
  loadFolder(path, { ...options, ...changes });
const png = (seed: number) => noise(seed).png().toBuffer();

async function fill(names: readonly string[], from = 0): Promise<void> {
  for (const [i, name] of names.entries()) place.write(name, await png(from + i));
}

const numbered = (folder: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${folder}/${i}.png`);
const filesOf = ({ train, validation: test }: Dataset) =>
  [...(train.files ?? []), ...(test.files ?? [])].sort();
const labeled = ({ labels }: Dataset, split: Split) =>
  (split.files ?? []).map((file, i) => [file, labels[split.labels[i] ?? -1]]);
const refusal = async (loading: Promise<unknown>) =>
  loading.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Error && error.name === 'UserError' ? error.message : error),
  );

describe('layouts', () => {
  it('class/file: the folder is the label, folders within it belong to it, any script and spaces', async () => {
    await fill([...numbered('кошки', 4), ...numbered('犬 と 犬', 4), 'кошки/more/deep.png']);
    const dataset = await load();
    expect(dataset.labels).toEqual(['кошки', '犬 と 犬']);
    expect(filesOf(dataset)).toHaveLength(9);
    for (const [file = '', label] of [
      ...labeled(dataset, dataset.train),
      ...labeled(dataset, dataset.validation),
    ])
      expect(file.split('/')[0]).toBe(label);
  });

  it('train/class and valid/class: the sides are as the folders say', async () => {
    await fill([...numbered('train/a', 3), ...numbered('train/b', 3), 'valid/a/x.png', 'valid/c/y.png']);
    const { labels, validation: test, findings } = await load();
    expect(labels).toEqual(['a', 'b']);
    expect(test.files).toEqual(['valid/a/x.png']);
    expect(findings?.problems).toEqual([
      { path: 'valid/c/y.png', reason: 'no picture of the class "c" is there to train on' },
    ]);
    expect(findings?.notes.join()).toContain('No validation picture shows b');
  });

  it('a table of paths and labels, found in the folder or named', async () => {
    await fill(numbered('images', 6));
    const rows = ['﻿Path;Label;is_valid', '"images/0.png";"a;b";False', 'images/1.png;c;False'];
    rows.push('images/2.png;c;True', `${join(place.path, 'images', '3.png')};"a;b";True`);
    rows.push('images/9.png;c;True', './images/1.png;c;False', 'images/4.png;;False', ';c;False');
    const text = `${rows.join('\r\n')}\r\n`;
    // As a spreadsheet's "Unicode text" has it, too.
    place.write('wide/table.csv', Buffer.from(text.replaceAll('images/', '../images/'), 'utf16le'));
    expect((await load({}, join(place.path, 'wide', 'table.csv'))).labels).toEqual(['a;b', 'c']);
    place.write('table.csv', text);
    for (const path of [place.path, join(place.path, 'table.csv')]) {
      const dataset = await load({}, path);
      expect(dataset.labels).toEqual(['a;b', 'c']);
      expect(labeled(dataset, dataset.validation).sort()).toEqual([
        ['images/2.png', 'c'],
        ['images/3.png', 'a;b'],
      ]);
      expect(dataset.findings?.problems).toEqual([
        { path: 'images/1.png', reason: 'listed more than once in table.csv' },
        { path: 'images/4.png', reason: 'has no label in row 8 of table.csv' },
        { path: 'images/9.png', reason: 'listed in row 6 of table.csv, but not there' },
        { path: 'row 9 of table.csv', reason: 'has no path: ", c, False"' },
      ]);
    }
  });

  it('labels that are numbers are in the order of numbers', async () => {
    await fill([...numbered('10', 2), ...numbered('9', 2)]);
    expect((await load()).labels).toEqual(['9', '10']);
  });
});

describe('the split', () => {
  it('keeps about a fifth of each class for validation, and moves no picture when others come or go', async () => {
    await fill([...numbered('a', 60), ...numbered('b', 60)]);
    const before = await load();
    const share = before.validation.n / 120;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
    await fill([...numbered('a/new', 40), ...numbered('c', 10)], 500);
    rmSync(join(place.path, 'b/0.png'));
    renameSync(join(place.path, 'b/1.png'), join(place.path, 'b/renamed.png'));
    const after = await load();
    const sideIn = ({ validation: test }: Dataset, file: string) => test.files?.includes(file);
    for (const file of filesOf(before).filter((each) => !/^b\/[01]\.png$/.test(each)))
      expect([file, sideIn(after, file)]).toEqual([file, sideIn(before, file)]);
    expect(sideIn(after, 'b/renamed.png')).toBe(sideIn(before, 'b/1.png'));
  });

  it('leaves no class of two pictures without one on either side; a class of one trains, and that is said', async () => {
    await fill(['a/0.png', 'a/1.png', 'b/0.png', 'b/1.png', 'c/0.png']);
    const { findings } = await load();
    expect(findings?.classes).toEqual([
      { label: 'a', train: 1, validation: 1 },
      { label: 'b', train: 1, validation: 1 },
      { label: 'c', train: 1, validation: 0 },
    ]);
    expect(findings?.notes.join()).toContain('No validation picture shows c');
  });
});

describe('the cache', () => {
  it('reads nothing twice, sees what changes, and forgets what is gone', async () => {
    await fill([...numbered('a', 5), ...numbered('b', 5)]);
    const cache = join(cacheFolder(), 'folders');
    /** The data, how many files were read for it, and the file of its index, which is another one when it is written. */
    const looked = async () => {
      let read = 0;
      const { digests } = await load({ onProgress: () => void read++ });
      const [name = '', ...others] = readdirSync(cache);
      expect([name, others]).toEqual([expect.stringMatching(/^photos-[0-9a-f]{16}$/), []]);
      return { digests, read, index: statSync(join(cache, name, 'index.json')).ino };
    };
    const first = await looked();
    // What changed a moment ago could change again unseen, so it is read once more, which changes nothing.
    expect([first.read, await looked()]).toEqual([10, first]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const later = await looked();
    expect(later).toEqual({ ...first, index: expect.any(Number) });
    // Now their stamps are known.
    expect(await looked()).toEqual({ ...later, read: 0 });
    vi.useRealTimers();

    place.write('a/0.png', await png(99));
    const changed = await load();
    expect(changed.digests).not.toEqual(first.digests);
    place.write('a/0.png', await png(0));
    expect((await load()).digests).toEqual(first.digests);

    const [name = ''] = readdirSync(cache);
    const pixels = readdirSync(join(cache, name)).filter((file) => file.startsWith('pixels-'));
    expect(pixels.length).toBeLessThanOrEqual(2);
    for (const file of pixels) rmSync(join(cache, name, file));
    expect((await load()).digests).toEqual(first.digests);
  });

  it('is called as what was prepared, in letters, digits and dashes', () => {
    const names = ['/x/Meine  Küche!', '/x/-a__b-.CSV', '/x/c.tar.zip', 'кошки', '/x/犬'];
    expect(names.map(slugOf)).toEqual(['meine-kuche', 'a-b', 'c-tar', 'pictures', 'pictures']);
  });

  it('is of the labels and the share that are asked for, where the pictures are the same', async () => {
    const names = numbered('images', 8);
    await fill(names);
    const all = async (labels: readonly string[], changes?: Partial<FolderOptions>) => {
      const rows = names.map((name, i) => `${name},${labels[i % labels.length]}`);
      place.write('labels.csv', ['path,label', ...rows].join('\n'));
      const dataset = await load(changes, join(place.path, 'labels.csv'));
      const pairs = [...labeled(dataset, dataset.train), ...labeled(dataset, dataset.validation)];
      expect(Object.fromEntries(pairs)).toEqual(
        Object.fromEntries(names.map((name, i) => [name, labels[i % labels.length]])),
      );
      return dataset.validation.n;
    };
    await all(['cat', 'dog']);
    const fifth = await all(['dog', 'cat']);
    expect(await all(['dog', 'cat'], { valid: 0.6 })).toBeGreaterThan(fifth);
  });

  it('does not take a new file of the same size and time for the old one', async () => {
    await fill([...numbered('a', 3), ...numbered('b', 3)]);
    const [first, second] = [await png(0), await png(300)];
    const longer = Math.max(first.length, second.length);
    const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(longer - bytes.length)]);
    place.write('a/0.png', padded(first));
    const padding = await load();
    place.write('a/0.png', padded(second));
    utimesSync(join(place.path, 'a/0.png'), 1e9, 1e9);
    expect((await load()).digests).not.toEqual(padding.digests);
  });

  it('has pictures of a class that is trained on from now on, and what is the same as one that was left out', async () => {
    await fill([...numbered('train/a', 3), ...numbered('train/b', 3), 'valid/a/x.png', 'valid/c/y.png'], 50);
    const leftOut = { path: 'valid/c/y.png', reason: 'no picture of the class "c" is there to train on' };
    expect((await load()).findings?.problems).toEqual([leftOut]);
    place.write('train/b/as-y.png', await png(57));
    const copied = await load();
    expect(copied.findings?.problems).toEqual([leftOut]);
    expect(copied.train.files).toContain('train/b/as-y.png');
    await fill(['train/c/0.png'], 90);
    const all = await load();
    expect(all.validation.files?.toSorted()).toEqual(['valid/a/x.png', 'valid/c/y.png']);
    rmSync(join(cacheFolder(), 'folders'), { recursive: true });
    expect((await load()).digests).toEqual(all.digests);
  });

  it('gives the pixels that the rule makes of the decoded picture, each with its label', async () => {
    await fill([...numbered('a', 4), ...numbered('b', 4)]);
    const dataset = await load();
    for (const split of [dataset.train, dataset.validation])
      for (const [i, file] of (split.files ?? []).entries()) {
        const number = Number(/(\d+)\.png/.exec(file)?.[1]) + (file.startsWith('b') ? 4 : 0);
        const { picture } = await decode(file, await png(number));
        expect(imagesOf(split, i, i + 1)).toEqual(preparePicture(picture, options.shape, options.rule));
      }
  });
});

describe('more pictures than memory is taken for', () => {
  it('stay in the file, and give the same batches to a loader', async () => {
    await fill([...numbered('a', 20), ...numbered('b', 20)]);
    const [whole, filed] = [await load(), await load({ mostMemory: 0 })];
    expect(whole.train.images).toBeInstanceOf(Uint8Array);
    expect(filed.train.images).toMatchObject({ size: 16 * 16 * 3 });
    expect(filed.digests).toEqual(whole.digests);
    const batches = async ({ train: split, shape }: Dataset) => {
      const loader = await openLoader({ split, shape, batchSize: 8, seed: 1, augment: presets.photo });
      const taken = take(loader, 6);
      await loader.close();
      return taken;
    };
    expect(await batches(filed)).toEqual(await batches(whole));
    expect(imagesOf(firstOf(filed.validation, 1), 0, 1)).toEqual(imagesOf(whole.validation, 0, 1));
    // Another preparation leaves them to a training that is under way.
    place.write('a/0.png', await png(999));
    await load();
    expect(imagesOf(filed.train, 0, 1)).toEqual(imagesOf(whole.train, 0, 1));
  });

  it('and more classes than a byte can number', async () => {
    const classes = Array.from({ length: 260 }, (_, i) => `class ${String(i).padStart(3, '0')}`);
    const bytes = await Promise.all([png(1), png(2), png(3)]);
    for (const [i, label] of classes.entries())
      for (const k of [0, 1])
        place.write(`${label}/${k}.png`, Buffer.concat([bytes[k] ?? Buffer.alloc(0), Buffer.from(`${i}`)]));
    const { labels, train } = await load();
    expect(labels).toEqual(classes);
    expect(Math.max(...train.labels)).toBe(259);
    for (const [i, file] of (train.files ?? []).entries())
      expect(file.split('/')[0]).toBe(labels[train.labels[i] ?? -1]);
  });
});

describe('what is refused, with what to do', () => {
  it('nothing there, an empty folder, a folder without class folders', async () => {
    const nowhere = join(place.path, 'nowhere');
    for (const loading of [load({}, nowhere), loadCleanPictures(nowhere, {})])
      expect(await refusal(loading)).toMatch(/nothing at .*nowhere/);
    expect(await refusal(load())).toMatch(/is empty: expected a folder for each class/);
    place.write('1.png', await png(1));
    expect(await refusal(load())).toMatch(/has 1 file \(1\.png\) but no folders/);
    expect(await refusal(load({}, join(place.path, '1.png')))).toMatch(/is a file: expected a folder/);
  });

  it('one folder beside a table that cannot be read: the table is what is wrong', async () => {
    await fill(numbered('images', 3));
    place.write('labels.csv', 'path,kind\nimages/0.png,cat\n');
    expect(await refusal(load())).toMatch(
      /has pictures in one folder alone, "images", so a table .* none is taken\. Not taken as a list of pictures: .*labels\.csv has the columns "path", "kind"/,
    );
  });

  it('one class, one picture of each, nothing that can be read', async () => {
    await fill(numbered('a', 3));
    expect(await refusal(load())).toMatch(/one class with pictures to train on, "a"/);
    rmSync(join(place.path, 'a'), { recursive: true });
    await fill(['a/0.png', 'b/0.png']);
    expect(await refusal(load())).toMatch(/leaves no picture for validation/);
    await fill(['a/1.png', 'b/1.png'], 2);
    expect(await refusal(load({ reading: { group: 'folder' } }))).toMatch(
      /each is in one group alone.*--group/,
    );
    for (const name of ['a/1.png', 'b/1.png']) rmSync(join(place.path, name));
    for (const name of ['a/0.png', 'b/0.png']) place.write(name, 'text');
    expect(await refusal(load())).toMatch(/None of the 2 files .* can be used:\n {2}a\/0\.png: it is a text/);
  });

  it('classes and sides whose pictures cannot be used, with the reason', async () => {
    await fill([...numbered('a', 3), ...numbered('b', 3)]);
    place.write('c/0.png', 'text');
    expect((await load()).findings?.notes).toContain(
      'The class "c" is left out: its one picture cannot be used.',
    );
    for (const i of [0, 1, 2]) place.write(`b/${i}.png`, 'text');
    expect(await refusal(load())).toMatch(
      /one class with pictures.*Left out: b\/0\.png: it is a text.*and 2 more/,
    );
    rmSync(place.path, { recursive: true });
    await fill([...numbered('train/a', 2), ...numbered('train/b', 2)]);
    place.write('valid/a/0.png', 'text');
    expect(await refusal(load())).toMatch(/no picture for validation: the one that is for it cannot be used/);
  });

  it('a table without the columns, or of files that are elsewhere', async () => {
    place.write('t.csv', 'id,breed\n1,pug\n');
    place.write('0.png', '');
    expect(await refusal(load())).toMatch(
      /no folders with files.*Not taken as a list of pictures.*"id", "breed"/,
    );
    expect(await refusal(load({}, join(place.path, 't.csv')))).toMatch(
      /has the columns "id", "breed"; expected/,
    );
    place.write('t.csv', 'path,label\nx.png,pug\n');
    expect(await refusal(load({}, join(place.path, 't.csv')))).toMatch(/The one file that .* is not there/);
  });
});

describe('links', () => {
  it('are followed; those that loop or lead nowhere are listed', async () => {
    await fill([...numbered('a', 2), ...numbered('b', 2)]);
    mkdirSync(join(place.path, '../elsewhere'));
    renameSync(join(place.path, 'b/0.png'), join(place.path, '../elsewhere/0.png'));
    symlinkSync('../../elsewhere', join(place.path, 'b/linked'));
    symlinkSync('..', join(place.path, 'a/loop'));
    symlinkSync('../..', join(place.path, 'a/wide-loop'));
    symlinkSync('self', join(place.path, 'a/self'));
    symlinkSync('gone.png', join(place.path, 'a/broken.png'));
    const dataset = await load();
    expect(filesOf(dataset)).toEqual(['a/0.png', 'a/1.png', 'b/1.png', 'b/linked/0.png']);
    expect(dataset.findings?.problems.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'a/broken.png: a link that leads nowhere',
      'a/loop: a link that leads back to a folder that it is in',
      'a/self: a link that leads to itself',
      'a/wide-loop: a link that leads back to a folder that it is in',
    ]);
    expect(existsSync(join(place.path, '../elsewhere/0.png'))).toBe(true);
  });
});
