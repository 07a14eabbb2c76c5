// Parquet files: what datasets and pyarrow wrote is read as they read it; others are refused in words.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import type { ListedPictures } from '../../../../train/datasets/folder/listing.ts';
import { findShards } from '../../../../train/datasets/folder/shards/index.ts';
import { openParquet } from '../../../../train/datasets/folder/shards/parquet/open.ts';
import { picturesOf, piecesOf } from '../../../../train/datasets/folder/shards/parquet/rows.ts';
import { type Place, temporaryPlace } from '../folder/pictures.ts';
import { contentOf, expected, here, options } from './support.ts';

let place: Place;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(() => place.close());

const hub = join(here, 'hub');

async function found(path: string): Promise<ListedPictures> {
  const shards = await findShards(path);
  if (shards === undefined) throw new Error(`nothing found in ${path}`);
  return shards;
}

/** One byte of a file another. @param at - from its end, below 0 */
const changed = (at: number, byte: number) => (whole: Buffer) =>
  whole.fill(byte, whole.length + at, whole.length + at + 1);

/** The rows that a shard should give, by path. */
const rowsOf = (file: string, sides: 'train' | 'valid' | 'test') =>
  (expected.hub[file] ?? []).flatMap(([label, content], row) =>
    label === null ? [] : [{ path: `${file}, row ${row}`, label, split: sides, content }],
  );

describe('what datasets writes', () => {
  it('has the labels, sides and bytes of every row, in the order of ClassLabel', async () => {
    const shards = await found(hub);
    const wanted = [
      ...rowsOf('data/test-00000-of-00001.parquet', 'test'),
      ...rowsOf('data/train-00000-of-00002.parquet', 'train'),
      ...rowsOf('data/train-00001-of-00002.parquet', 'train'),
      ...rowsOf('data/validation-00000-of-00001.parquet', 'valid'),
    ];
    expect(wanted).toHaveLength(28);
    expect(shards.listing.found).toEqual(wanted.map(({ content: _, ...row }) => row));
    expect(shards.listing.classes).toEqual(['zebra', 'ant', 'mole']);
    expect(shards.listing.problems).toEqual([
      { path: 'data/train-00001-of-00002.parquet, row 5', reason: 'has no label' },
    ]);
    expect(await contentOf(shards)).toEqual(
      new Map(wanted.map(({ path, content }) => [path, content ?? 'it has no picture'])),
    );
  });

  it('becomes a data set as a folder does: damaged rows and copies are named, classes keep their order', async () => {
    const { labels, train, validation, test, findings } = await loadFolder(hub, options);
    expect(labels).toEqual(['zebra', 'ant', 'mole']);
    expect([train.n, validation.n, test?.n]).toEqual([17, 6, 3]);
    for (const [i, file] of (train.files ?? []).entries()) {
      const [shard = '', row] = file.split(', row ');
      expect(labels[train.labels[i] ?? -1]).toBe(expected.hub[shard]?.[Number(row)]?.[0]);
    }
    expect(findings?.problems).toEqual([
      expect.objectContaining({
        path: 'data/train-00000-of-00002.parquet, row 3',
        reason: expect.stringMatching(/^the PNG is damaged/),
      }),
      { path: 'data/train-00001-of-00002.parquet, row 4', reason: 'it has no picture' },
      { path: 'data/train-00001-of-00002.parquet, row 5', reason: 'has no label' },
    ]);
    expect(findings?.copies).toEqual([
      ['data/train-00001-of-00002.parquet, row 0', 'data/train-00001-of-00002.parquet, row 9'],
    ]);
    expect(findings?.remarks).toEqual({});
    expect(findings?.notes).toContain(
      'The test, looked at once, when a training has ended: data/test-00000-of-00001.parquet.',
    );
  });

  it('of one file, of which the name says no side, validation is chosen; a test validates where it is asked to', async () => {
    const one = await loadFolder(join(hub, 'data', 'train-00000-of-00002.parquet'), options);
    expect(one.train.n + one.validation.n).toBe(9);
    expect(one.name).toBe('train-00000-of-00002');
    for (const name of ['train-00000-of-00002', 'test-00000-of-00001'])
      copyFileSync(join(hub, 'data', `${name}.parquet`), join(place.path, `${name}.parquet`));
    const [kept, validated] = [
      await loadFolder(place.path, options),
      await loadFolder(place.path, { ...options, test: 'validates' }),
    ];
    expect([kept.findings?.test, kept.train.n + kept.validation.n]).toEqual(['kept', 9]);
    expect([validated.findings?.test, validated.train.n, validated.validation.n]).toEqual([
      'validates',
      9,
      3,
    ]);
  });

  it('has the digest of its pictures: others where they have changed, the same in another codec', async () => {
    const digestsOf = async (name: string) => {
      place.write('a.parquet', readFileSync(join(here, name)));
      return (await loadFolder(join(place.path, 'a.parquet'), options)).digests;
    };
    const first = await digestsOf('plain/zstd.parquet');
    expect(await digestsOf('plain/gzip.parquet')).toEqual(first);
    expect(await digestsOf('hub/data/validation-00000-of-00001.parquet')).not.toEqual(first);
  });
});

describe('what pyarrow writes', () => {
  it.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'indexed'])('%s', async (codec) => {
    const shards = await found(join(here, 'plain', `${codec}.parquet`));
    expect(shards.listing.found.map(({ label }) => label)).toEqual(expected.plain.map(([label]) => label));
    expect([...(await contentOf(shards)).values()]).toEqual(expected.plain.map(([, content]) => content));
  });

  it.each(['datasets', 'pyarrow'])('beside other columns, as %s writes them', async (writer) => {
    const shards = await found(join(here, 'several', `${writer}.parquet`));
    expect(shards.listing.found.map(({ label }) => label)).toEqual(['ant', 'ant']);
    // The pictures 0 and 1, of which the first is among the plain ones.
    expect([...(await contentOf(shards)).values()][0]).toBe(expected.plain[0]?.[1]);
  });

  it('is read in pieces: groups of rows, and parts of those that have an index of their pages', () => {
    const metadata = (name: string) => parquetMetadata(readFileSync(join(here, name)));
    const hubs = metadata('hub/data/train-00000-of-00002.parquet');
    expect(piecesOf({ path: 'a', metadata: hubs }, 'image')).toEqual([
      { from: 0, to: 4 },
      { from: 4, to: 8 },
      { from: 8, to: 10 },
    ]);
    const largeOf = (name: string) => {
      const large = metadata(name);
      for (const { columns } of large.row_groups)
        for (const { meta_data } of columns) if (meta_data) meta_data.total_uncompressed_size = 2n ** 31n;
      return large;
    };
    const pieces = piecesOf({ path: 'a', metadata: largeOf('plain/indexed.parquet') }, 'img');
    expect(pieces).toEqual(Array.from({ length: 8 }, (_, row) => ({ from: row, to: row + 1 })));
    expect(() => piecesOf({ path: 'a', metadata: largeOf('plain/none.parquet') }, 'img')).toThrow(
      /^a has 2\.0 GiB of pictures in one group of rows, .*row_group_size=500/,
    );
  });

  it('is read by the index of its pages as without one', async () => {
    const opened = await openParquet(join(here, 'plain', 'indexed.parquet'));
    const contents = new Map<string, string>();
    const picture = { name: 'img', isStruct: false };
    // Pieces of a row or two.
    for await (const { path, bytes } of picturesOf(opened, picture, [1, 2, 6], String, 500))
      contents.set(
        path,
        createHash('sha256')
          .update(await bytes())
          .digest('hex'),
      );
    expect(contents).toEqual(new Map([1, 2, 6].map((row) => [String(row), expected.plain[row]?.[1]])));
  });

  it('a group of rows that is damaged leaves the others as they are', async () => {
    const name = 'data/train-00000-of-00002.parquet';
    const bytes = readFileSync(join(hub, name));
    const [, group] = parquetMetadata(bytes).row_groups;
    const { data_page_offset = 0n } =
      group?.columns.find(({ meta_data }) => meta_data?.path_in_schema.join() === 'image,bytes')?.meta_data ??
      {};
    bytes.fill(0xff, Number(data_page_offset), Number(data_page_offset) + 30);
    place.write('a.parquet', bytes);
    const contents = [...(await contentOf(await found(place.path))).values()];
    const wanted = (expected.hub[name] ?? []).map(([, content]) => content);
    expect([contents.slice(0, 4), contents.slice(8)]).toEqual([wanted.slice(0, 4), wanted.slice(8)]);
    for (const reason of contents.slice(4, 8))
      expect(reason).toMatch(/^the rows 4 to 7 of the file are damaged/);
  });
});

describe('refuses', () => {
  const cases: readonly (readonly [name: string, message: RegExp])[] = [
    ['no-pictures', /has no column of pictures: .*Its columns: text \(text\), label \(INT64\)\.$/],
    ['pixels', /has no column of pictures: .*Its columns: pixels \(a list\), label \(INT64\)\.$/],
    ['no-labels', /has no column of labels: expected "label".*image \(a struct\), caption \(text\)\.$/],
    ['fractions', /has numbers with a fraction in the column "label"/],
    ['within', /A label within "about" is not looked for: write it as a column of its own/],
    ['many-labels', /has a list in the column "labels"/],
    ['boxes', /has boxes in the column "objects": a set for object detection/],
    ['masks', /has 2 columns of pictures: image, mask\. .*remove_columns\(\["mask"\]\)/],
    ['two-labels', /has 2 columns that could be the label: fine_label, coarse_label\. .*remove_columns/],
    [
      'out-of-range',
      /row 0 has 2 in the column "label", which names 2 classes: expected a number from 0 to 1/,
    ],
    ['twice', /two classes called "ant" in the column "label"/],
    ['encrypted', /is encrypted: write it without encryption/],
    ['encrypted-columns', /is encrypted: write it without encryption/],
  ];
  it.each(cases)('%s', async (name, message) => {
    await expect(findShards(join(here, 'wrong', `${name}.parquet`))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
    });
  });

  it('paths without pictures, row by row', async () => {
    await expect(loadFolder(join(here, 'wrong', 'paths.parquet'), options)).rejects.toThrow(
      /^None of the 4 files .*row 0: it has a path alone, a\.png, and no bytes: write it with them/s,
    );
  });

  it('takes labels as numbers where what datasets has written of them cannot be read', async () => {
    const { listing } = await found(join(here, 'wrong', 'not-json.parquet'));
    expect(listing.found.map(({ label }) => label)).toEqual(['2']);
  });

  it.each([
    ['cut off', (whole: Buffer) => whole.subarray(0, -100), /is cut off: a Parquet file ends with PAR1/],
    [
      'damaged',
      (whole: Buffer) => Buffer.concat([whole.subarray(0, -60), Buffer.alloc(52, 255), whole.subarray(-8)]),
      /is damaged: its footer cannot be read/,
    ],
    ['a footer of more columns than there are', changed(-1644, 24), /is damaged: its footer cannot be read/],
    ['a column without a name', changed(-1640, 25), /its footer cannot be read \(a column has no name\)/],
    [
      'a pointer',
      () => 'version https://git-lfs.github.com/spec/v1\n',
      /is no Parquet file: it is a Git LFS pointer, .*git lfs pull/,
    ],
    ['a picture', () => readFileSync(join(here, '../../../../cat.png')), /is no Parquet file, but a PNG/],
    ['empty', () => '', /is no Parquet file: it is an empty file/],
  ])('%s', async (_, change, message) => {
    place.write('a.parquet', change(readFileSync(join(here, 'plain', 'none.parquet'))));
    await expect(findShards(place.path)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
    });
  });

  it('files that name other classes, and sides without one to train on', async () => {
    mkdirSync(join(place.path, 'train'));
    copyFileSync(
      join(hub, 'data', 'train-00000-of-00002.parquet'),
      join(place.path, 'train', '0000.parquet'),
    );
    copyFileSync(join(here, 'plain', 'none.parquet'), join(place.path, 'validation.parquet'));
    await expect(findShards(place.path)).rejects.toThrow(
      /name other classes: train\/0000\.parquet \["zebra","ant","mole"\], validation\.parquet none/,
    );
    rmSync(join(place.path, 'train'), { recursive: true });
    copyFileSync(join(here, 'plain', 'none.parquet'), join(place.path, 'test.parquet'));
    await expect(findShards(place.path)).rejects.toThrow(
      /for validation and for a test, .* and none to train on/,
    );
  });
});
