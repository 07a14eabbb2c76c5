// Data of a user's own become a data set of ours, however they are given, and what is wrong with them is named.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { imagesOf } from '../../../train/datasets/index.ts';
import {
  defineDataset,
  type OwnData,
  type OwnDataset,
  type OwnLabels,
} from '../../../train/project/define-dataset.ts';
import { checksOf } from '../../../train/project/examples.ts';
import { datasetDefinition } from '../../../train/project/own-data.ts';
import { writeSplit } from '../../../train/project/write-split.ts';
import { useCache } from '../../own-cache.ts';
import { projectWith } from './support.ts';

const cache = mkdtempSync(join(tmpdir(), 'trainyard-own-data-'));
useCache(cache);
afterAll(() => rmSync(cache, { recursive: true }));

const load = (own: OwnDataset, base = '/') => datasetDefinition(defineDataset(own), base).load({}, 'test');
const about = { labels: ['no', 'yes'], shape: [2, 3, 1] } as const;
const N = 5;
const images = Uint8Array.from({ length: N * 6 }, (_, i) => (i * 37) % 256);
const labels = [0, 1, 1, 0, 1];
const picture = (index: number) => images.subarray(index * 6, (index + 1) * 6);
const example = (index: number) => ({ image: picture(index), label: labels[index] ?? 0 });
const all = Array.from({ length: N }, (_, index) => example(index));
const valid = { images: new Uint8Array(6), labels: [1] };

describe('pictures', () => {
  it.each<[string, OwnDataset]>([
    ['arrays', { name: 'd', load: () => ({ ...about, train: { images, labels }, valid }) }],
    [
      'other arrays, of numbers and names',
      {
        name: 'd',
        load: async () => ({
          ...about,
          train: {
            images: Float32Array.from(images),
            labels: labels.map((label) => about.labels[label] ?? ''),
          },
          valid: { images: [0, 0, 0, 0, 0, 0], labels: Uint8Array.of(1) },
        }),
      },
    ],
    [
      'rows',
      {
        name: 'd',
        load: () => ({ ...about, train: all, valid: new Set([{ image: new Uint8Array(6), label: 'yes' }]) }),
      },
    ],
    [
      'generators',
      {
        name: 'd',
        load: () => ({
          ...about,
          train: (async function* () {
            for (const each of all) yield await Promise.resolve(each);
          })(),
          valid: (function* () {
            yield { image: new Uint8Array(6), label: 1 };
          })(),
        }),
      },
    ],
    [
      'a function of split and number',
      {
        name: 'd',
        load: () => ({
          ...about,
          ...{ train: N, valid: 1 },
          picture: async (split, index) =>
            split === 'train' ? example(index) : { image: new Uint8Array(6), label: 1 },
        }),
      },
    ],
  ])('may come as %s', async (_, own) => {
    const { name, shape, train, validation: test, digests, ...rest } = await load(own);
    expect({ name, shape, labels: rest.labels }).toEqual({
      name: 'd',
      shape: [2, 3, 1],
      labels: ['no', 'yes'],
    });
    expect(train.n).toBe(N);
    expect(imagesOf(train, 0, N)).toEqual(images);
    expect([...train.labels]).toEqual(labels);
    expect(imagesOf(test, 0, 1)).toEqual(new Uint8Array(6));
    expect([...test.labels]).toEqual([1]);
    // Threads read them without a copy.
    for (const { images: pixels, labels: own } of [train, test])
      for (const array of [pixels, own])
        expect(Reflect.get(array, 'buffer')).toBeInstanceOf(SharedArrayBuffer);
    // By Node's own SHA-256: a resumed run holds its data against it.
    const digest = (...parts: Uint8Array[]) =>
      createHash('sha256').update(Buffer.concat(parts)).digest('hex');
    expect(digests).toEqual({
      train: digest(images, Uint8Array.from(labels)),
      validation: digest(new Uint8Array(6), Uint8Array.of(1)),
    });
    expect(readdirSync(join(cache, 'own-data', 'd'))).toEqual([]);
  });

  it('may have a test beside what validates', async () => {
    const none = await load({ name: 'd', load: () => ({ ...about, train: all, valid: all }) });
    expect(none.test).toBeUndefined();
    const own = { ...about, ...{ train: N, valid: 2, test: 3 } };
    const shown = { train: 0, valid: 1, test: 2 };
    const { test, validation, digests } = await load({
      name: 'd',
      load: () => ({
        ...own,
        picture: (split, index) => ({ image: new Uint8Array(6).fill(10 * shown[split] + index), label: 0 }),
      }),
    });
    expect([validation.n, test?.n]).toEqual([2, 3]);
    expect(test && [...imagesOf(test, 0, 3)].filter((_, i) => i % 6 === 0)).toEqual([20, 21, 22]);
    expect(new Set([digests.train, digests.validation, digests.test]).size).toBe(3);
  });

  it('that memory is too small for stay in a file', async () => {
    const checks = checksOf({ dataset: 'large', split: 'train', labels: about.labels, shape: about.shape });
    const split = await writeSplit('large', all, checks, N * 6 - 1);
    expect(split.images).not.toBeInstanceOf(Uint8Array);
    expect(imagesOf(split, 0, N)).toEqual(images);
    expect(imagesOf(split, 3, 4)).toEqual(picture(3));
    const [file, ...others] = readdirSync(join(cache, 'own-data', 'large'));
    expect(others).toEqual([]);
    expect(readFileSync(join(cache, 'own-data', 'large', file ?? ''))).toEqual(Buffer.from(images));
    const inMemory = await writeSplit('large', all, checks, N * 6);
    expect(inMemory.digest).toBe(split.digest);
    expect(inMemory.images).toBeInstanceOf(Uint8Array);
  });

  it('are taken one after another: what holds one may hold the next', async () => {
    const image = new Uint8Array(30_000);
    function* rows() {
      for (let i = 0; i < 200; i++) yield { image: image.fill(i), label: i % 2 };
    }
    const checks = checksOf({ dataset: 'many', split: 'train', labels: about.labels, shape: [100, 100, 3] });
    const split = await writeSplit('many', rows(), checks, 0);
    expect(split.n).toBe(200);
    for (const i of [0, 34, 35, 199]) expect(new Set(imagesOf(split, i, i + 1))).toEqual(new Set([i]));
  });

  it('may lie in a folder, which a relative path finds from the recipe’s file', async () => {
    const folder = projectWith({});
    for (const [name, red] of [
      ['dark', 20],
      ['light', 230],
    ] as const)
      for (let i = 0; i < 5; i++) {
        mkdirSync(join(folder, 'photos', name), { recursive: true });
        const channels = { r: red, g: red, b: red + i };
        await sharp({ create: { width: 20, height: 10, channels: 3, background: channels } })
          .png()
          .toFile(join(folder, 'photos', name, `${i}.png`));
      }
    const own = { name: 'shades', folder: './photos', size: 8, valid: 0.4 };
    const { name, labels: classes, shape, train, validation: test } = await load(own, folder);
    expect({ name, classes, shape }).toEqual({
      name: 'shades',
      classes: ['dark', 'light'],
      shape: [8, 8, 3],
    });
    expect(train.n + test.n).toBe(10);
    expect(imagesOf(train, 0, 1)[0]).toBe(train.labels[0] === 0 ? 20 : 230);
    const { train: same } = await load({ ...own, folder: new URL(`file://${folder}/photos/`) });
    expect(imagesOf(same, 0, train.n)).toEqual(imagesOf(train, 0, train.n));
  });
});

describe('several labels and numbers', () => {
  const seen = { labels: ['cat', 'dog', 'tree'], shape: [2, 3, 1] } as const;
  const names = [['cat'], [], ['tree', 'dog'], ['dog'], ['cat', 'dog', 'tree']];
  const bits = [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1];
  const rows = names.map((_, i) => bits.slice(3 * i, 3 * i + 3));
  const all = (targets: readonly OwnLabels[]) =>
    targets.map((own, i) => ({ image: picture(i), targets: own }));
  const one = [{ image: new Uint8Array(6), targets: [0, 1, 0] }];

  it.each<[string, () => OwnData]>([
    ['names', () => ({ ...seen, task: 'multi', train: { images, targets: names }, valid: one })],
    ['zeros and ones', () => ({ ...seen, task: 'multi', train: { images, targets: rows }, valid: one })],
    [
      'one array',
      () => ({ ...seen, task: 'multi', train: { images, targets: Uint8Array.from(bits) }, valid: one }),
    ],
    ['rows', () => ({ ...seen, task: 'multi', train: all(names), valid: new Set(one) })],
    [
      'a function',
      () => ({
        ...{ ...seen, task: 'multi', train: N, valid: 1 },
        picture: (split, i) =>
          split === 'train'
            ? { image: picture(i), targets: names[i] ?? [] }
            : { image: new Uint8Array(6), targets: ['dog'] },
      }),
    ],
  ])('labels may come as %s', async (_, given) => {
    const { task, labels: classes, train, validation, digests } = await load({ name: 'd', load: given });
    expect({ task, classes }).toEqual({ task: 'multi', classes: seen.labels });
    expect([...(train.targets ?? [])]).toEqual(bits);
    expect([...(validation.targets ?? [])]).toEqual([0, 1, 0]);
    expect(
      [train.targets?.buffer, train.labels.buffer].map((each) => each instanceof SharedArrayBuffer),
    ).toEqual([true, true]);
    expect([...train.labels]).toEqual([0, 0, 0, 0, 0]);
    // By Node's own SHA-256, of float32.
    const bytes = Buffer.concat([images, new Uint8Array(N), new Uint8Array(Float32Array.from(bits).buffer)]);
    expect(digests.train).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('numbers may be one of a picture or several, in rows or one after another', async () => {
    const about = { task: 'regression', shape: seen.shape } as const;
    const places = [-1.5, 0, 2, 3.25, 1e6, -7, 8, 9, 10, 11];
    const inRows = names.map((_, i) => places.slice(2 * i, 2 * i + 2));
    const valid = [{ image: new Uint8Array(6), targets: [1, 2] }];
    for (const targets of [
      places,
      Float64Array.from(places),
      inRows,
      inRows.map((row) => Float32Array.from(row)),
    ]) {
      const given = () => ({ ...about, labels: ['x', 'y'], train: { images, targets }, valid });
      const { task, train } = await load({ name: 'd', load: given });
      expect([task, ...(train.targets ?? [])]).toEqual(['regression', ...places]);
    }
    const sizes = places.slice(0, N);
    const { train } = await load({
      name: 'd',
      load: () => ({
        ...{ ...about, labels: ['size'], train: N, valid: 1 },
        picture: (_, i) => ({ image: picture(i), targets: sizes[i] ?? 0 }),
      }),
    });
    expect([...(train.targets ?? [])]).toEqual(sizes);
  });

  const several = { ...seen, task: 'multi', valid: one };
  const numbers = { ...seen, task: 'regression', valid: [{ image: picture(0), targets: [1, 2, 3] }] };
  it.each<[string, unknown, RegExp]>([
    [
      'a task',
      { ...several, task: 'many' },
      /its task is "many"; expected multi or regression, or none where/,
    ],
    [
      'no label',
      { ...several, labels: [] },
      /its labels are \[\]; expected the names of what is in pictures/,
    ],
    [
      'a class',
      { ...several, train: [{ image: picture(0), label: 'cat' }] },
      /gives \{ image, label \} as its picture 0: expected \{ image, targets \}, since its task is multi/,
    ],
    [
      'targets without a task',
      { ...seen, train: all(names), valid: one },
      /gives \{ image, targets \} as its picture 0: expected \{ image, label \}/,
    ],
    [
      'a name',
      { ...several, train: all([['cat'], ['tre']]) },
      /its train has the label "tre" \(tree\?\) at picture 1: expected the names of the labels that the picture has, of cat, dog, tree, or 3 of 0 and 1/,
    ],
    [
      'a word',
      { ...several, train: [{ image: picture(0), targets: 'cat' }] },
      /its train has the targets "cat" at picture 0/,
    ],
    ['a half', { ...several, train: all([[0, 0.5, 1]]) }, /has the target 0\.5 at picture 0/],
    [
      'two bits',
      { ...several, train: all([[0, 1]]) },
      /has 2 targets at picture 0: expected .* or 3 of 0 and 1/,
    ],
    [
      'counts',
      { ...several, train: { images, targets: bits.slice(3) } },
      /its train has 30 numbers in images and 12 targets: of shape \[2,3,1\], expected 4 x 6 = 24/,
    ],
    [
      'NaN',
      { ...numbers, train: { images, targets: bits.map((bit, i) => (i === 4 ? Number.NaN : bit)) } },
      /its train has the target NaN at picture 1: expected 3 numbers, of cat, dog, tree/,
    ],
    [
      'a name for numbers',
      { ...numbers, train: all(names) },
      /has 1 targets at picture 0: expected 3 numbers/,
    ],
  ])('%s that cannot be is named', async (_, data, words) => {
    await expect(load({ name: 'd', load: () => data as never })).rejects.toThrow(words);
  });
});

describe('what is wrong with data is named', () => {
  const train = { images, labels };
  const given = (data: unknown) => load({ name: 'd', load: () => data as never });
  it.each<[string, unknown, RegExp]>([
    [
      'nothing',
      undefined,
      /The data set d cannot be used: its load gives undefined; expected \{ labels, shape, train, valid \}/,
    ],
    [
      'one class',
      { ...about, labels: ['a'], train, valid },
      /its labels are \["a"\]; expected the names of two classes/,
    ],
    ['a class twice', { ...about, labels: ['a', 'a'], train, valid }, /two of its labels are "a"/],
    [
      'two channels',
      { ...about, shape: [2, 3, 2], train, valid },
      /its shape is \[2,3,2\]; expected \[height, width, channels\]/,
    ],
    ['no valid', { ...about, train }, /it has no valid; expected pictures to validate with/],
    [
      'counts',
      { ...about, train: { images, labels: [0] }, valid },
      /its train has 30 numbers in images and 1 labels: of shape \[2,3,1\], expected 1 x 6 = 6/,
    ],
    ['no pictures', { ...about, train, valid: [] }, /its valid has no pictures/],
    [
      'a label',
      { ...about, train: { images, labels: [0, 1, 2, 0, 1] }, valid },
      /its train has the label 2 at picture 2: expected a whole number from 0 to 1, or one of no, yes/,
    ],
    [
      'a label NaN',
      { ...about, train: { images, labels: [0, Number.NaN, 1, 0, 1] }, valid },
      /the label NaN at picture 1/,
    ],
    [
      'a name',
      { ...about, train: [{ image: picture(0), label: 'yse' }], valid },
      /the label "yse" at picture 0 \(yes\?\)/,
    ],
    [
      'NaN',
      {
        ...about,
        train: { images: Array.from(images, (byte, i) => (i === 7 ? Number.NaN : byte)), labels },
        valid,
      },
      /its train has the value NaN in picture 1: expected whole numbers from 0 to 255/,
    ],
    [
      'shares',
      { ...about, train: { images: Float32Array.from(images, (byte) => byte / 255), labels }, valid },
      /Uint8ClampedArray\.from\(values, \(value\) => 255 \* value\)/,
    ],
    [
      'negative values',
      { ...about, train: { images: Int8Array.from(images), labels }, valid },
      /has the value -\d+ in picture/,
    ],
    [
      'a small picture',
      { ...about, train: [{ image: new Uint8Array(5), label: 0 }], valid },
      /its train has a picture 0 of 5 values: expected 6, \[2,3,1\]/,
    ],
    [
      'no picture',
      { ...about, train: [{ image: 'cat.png', label: 0 }], valid },
      /a picture 0 that is "cat\.png": expected 6 bytes/,
    ],
    ['no example', { ...about, train: [7], valid }, /gives 7 as its picture 0: expected \{ image, label \}/],
    [
      'a split that is none',
      { ...about, train: 'photos', valid },
      /its train is neither \{ images, labels \}, nor a row/,
    ],
    [
      'no count',
      { ...about, train: 1.5, valid: 1, picture: example },
      /its train is 1\.5: beside a function picture, expected how many/,
    ],
  ])('%s', async (_, data, words) => {
    await expect(given(data)).rejects.toThrow(words);
    await expect(given(data)).rejects.toMatchObject({ name: 'UserError' });
  });

  it('what it throws itself, with the place', async () => {
    const fails = () => {
      throw new RangeError('no network here');
    };
    await expect(load({ name: 'd', load: fails })).rejects.toThrow(
      /The data set d could not be loaded: RangeError: no network here \(.*own-data\.test\.ts:\d+:\d+\)/,
    );
    const rows = (function* () {
      yield example(0);
      throw new Error('torn');
    })();
    await expect(load({ name: 'd', load: () => ({ ...about, train: rows, valid }) })).rejects.toThrow(
      'The data set d could not be loaded: torn',
    );
    expect(existsSync(join(cache, 'own-data', 'd')) && readdirSync(join(cache, 'own-data', 'd'))).toEqual([]);
  });

  it('a definition without data, or with a name of ours', () => {
    expect(() => defineDataset({ name: 'd' } as never)).toThrow(/has neither a function load nor a folder/);
    for (const folder of [undefined, '', 5, new URL('https://example.com/x')])
      expect(() => defineDataset({ name: 'd', folder } as never)).toThrow(/for its folder: expected a path/);
    expect(() => defineDataset({ name: 'mnist', folder: 'x' })).toThrow(
      /Trainyard itself has a data set called mnist/,
    );
    expect(() => defineDataset({ name: 'My Data', folder: 'x' })).toThrow(/name of a data set is "My Data"/);
  });
});
