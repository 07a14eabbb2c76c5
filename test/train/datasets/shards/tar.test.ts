// WebDataset tars: what webdataset and Python's tarfile wrote is read as they read it; others are refused in words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import { findShards } from '../../../../train/datasets/folder/shards/index.ts';
import { noise, type Place, temporaryPlace } from '../folder/pictures.ts';
import { contentOf, expected, here, options } from './support.ts';

let place: Place;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(() => place.close());

const tars = join(here, 'tars');

/** Writes a tar of files into the place. */
async function write(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const entries = Object.entries(files).map(([file, body]) => ({
    header: { name: file, size: Buffer.byteLength(body), mtime: new Date(0) },
    body,
  }));
  place.write(name, await packTar(entries));
}

const png = (seed: number) => noise(seed, 8).png().toBuffer();
const listed = async (path = place.path) => (await findShards(path))?.listing;

describe('what webdataset writes', () => {
  it('has the labels of .cls and .json, the sides of the names, and the bytes of every picture', async () => {
    const shards = await findShards(tars);
    const wanted = Object.entries(expected.tars).flatMap(([file, samples]) =>
      samples.map(([label, content, name]) => ({ path: `${file}/${name}`, label, content })),
    );
    expect(wanted).toHaveLength(16);
    expect(shards?.listing.found).toEqual(
      wanted.map(({ path, label }) => ({ path, label, split: path.includes('train') ? 'train' : 'valid' })),
    );
    expect(shards && (await contentOf(shards))).toEqual(
      new Map(wanted.map(({ path, content }) => [path, content])),
    );
  });

  it('becomes a data set as a folder does', async () => {
    const { labels, train, validation: test, findings } = await loadFolder(tars, options);
    expect([labels, train.n, test.n]).toEqual([['0', '1'], 8, 8]);
    expect([findings?.problems, findings?.remarks]).toEqual([[], {}]);
    expect(findings?.decides).toBe(
      'Labels: the .cls or .json beside each picture of 2 WebDataset files. The names of the files are the sides.',
    );
  });
});

it.each(['pax', 'gnu'])('reads long names as tarfile writes them: %s', async (form) => {
  const shards = await findShards(join(here, 'forms', `${form}.tar`));
  const key = `ordner/${'lang-é'.repeat(30)}`;
  expect(shards?.listing.found.map(({ path, label }) => [path, label])).toEqual(
    [0, 1, 2, 3].map((i) => [`${form}.tar/${key}/${i}.png`, String(i % 2)]),
  );
  const wanted = expected.plain.flatMap(([, content], i) => (i < 4 && i % 2 === 0 ? [content] : []));
  const contents = shards ? [...(await contentOf(shards)).values()] : [];
  expect([contents[0], contents[2]]).toEqual(wanted);
});

describe('samples', () => {
  it('belong together by what is before the first dot; what lacks a part is named, and what is hidden passed', async () => {
    await write('a.tar', {
      'x/1.jpg': await png(1),
      'x/1.cls': 'Cat\n',
      'x/1.json': '{"label": "dog"}',
      'x/1.npy': 'x'.repeat(3_000_000),
      'x/2.orig.json': '{"label": "dog"}',
      'y/1.jpg': await png(2),
      'y/1.json': '{"Class": "dog", "width": 3}',
      '2.png': '',
      '2.json': '"dog"',
      '3.png': await png(4),
      '3.json': '{"caption": "a dog"}',
      '4.cls': 'dog',
      '.5.png': 'x',
      '6.png': (await png(6)).subarray(0, 80),
      '6.cls': 'Cat',
    });
    const listing = await listed();
    expect(listing?.found.map(({ path, label }) => [path, label])).toEqual([
      ['a.tar/x/1.jpg', 'Cat'],
      ['a.tar/y/1.jpg', 'dog'],
      ['a.tar/2.png', 'dog'],
      ['a.tar/6.png', 'Cat'],
    ]);
    expect(listing?.problems).toEqual([
      { path: 'a.tar/3.png', reason: 'has no label: neither .cls nor a label in .json' },
      { path: 'a.tar/4', reason: 'has a label and no picture' },
    ]);
  });

  it('that are damaged or misnamed are told by their names, with why', async () => {
    const files: Record<string, Uint8Array | string> = {};
    for (let i = 0; i < 12; i++) {
      files[`${i}.${i === 1 ? 'jpg' : 'png'}`] = await png(i);
      files[`${i}.cls`] = String(i % 2);
    }
    files['12.png'] = (await png(12)).subarray(0, 80);
    files['12.cls'] = '0';
    files['13.png'] = '';
    files['13.cls'] = '0';
    await write('pets.tar', files);
    const { findings, name } = await loadFolder(join(place.path, 'pets.tar'), options);
    expect(name).toBe('pets');
    expect(findings?.problems).toEqual([
      { path: 'pets.tar/12.png', reason: expect.stringMatching(/^the PNG is damaged/) },
      { path: 'pets.tar/13.png', reason: 'the file is empty' },
    ]);
    expect(findings?.remarks).toEqual({ misnamed: ['pets.tar/1.jpg'] });
  });
});

describe('refuses', () => {
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a tar of folders',
      { 'cat/1.png': 'x', 'dog/1.png': 'x' },
      /it holds 2 \.png; expected files such as .* unpack it \(mkdir a && tar -xf/,
    ],
    ['nothing in it', {}, /it holds nothing/],
    [
      'two pictures of a key',
      { '1.png': 'x', '1.seg.png': 'x' },
      /two pictures for the key 1: 1\.png, 1\.seg\.png/,
    ],
    [
      'boxes',
      { '1.png': 'x', '1.json': '{"bbox": [[1, 2, 3, 4]]}' },
      /1\.json has boxes and no label: a set for object detection/,
    ],
    [
      'boxes with their labels',
      { '1.png': 'x', '1.json': '{"bbox": [[1, 2, 3, 4]], "label": [7]}' },
      /1\.json has boxes and no label/,
    ],
    [
      'several labels',
      { '1.png': 'x', '1.json': '{"label": ["cat", "tree"]}' },
      /1\.json has a list in the field "label": several labels are not read from a WebDataset\. Write a table \(CSV\)/,
    ],
    [
      'two labels',
      { '1.png': 'x', '1.json': '{"label": 1, "class": 2}' },
      /several fields that could be the label: label, class/,
    ],
    ['broken JSON', { '1.png': 'x', '1.json': '{' }, /1\.json is no JSON/],
  ])('%s', async (_, files, message) => {
    await write('a.tar', files);
    await expect(listed()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
    });
  });

  it('a tar that is cut off, and what is no tar', async () => {
    place.write('a.tar', readFileSync(join(tars, 'pets-train-000000.tar')).subarray(0, 5000));
    await expect(listed()).rejects.toThrow(/a\.tar is no whole tar: .* Download or write it again/);
    place.write('a.tar', 'x'.repeat(2000));
    await expect(listed()).rejects.toThrow(/a\.tar is no whole tar/);
  });

  it('two kinds of shards; pictures beside them are a folder of pictures', async () => {
    place.write('a.tar', readFileSync(join(tars, 'pets-train-000000.tar')));
    place.write('a.parquet', readFileSync(join(here, 'plain', 'none.parquet')));
    await expect(listed()).rejects.toThrow(/shards of two kinds, \.parquet and \.tar/);
    place.write('cat/1.png', await png(1));
    expect(await listed()).toBeUndefined();
  });
});
