// Images of a split, in memory or in a file: the same ones, first ones, and over again.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import {
  digest,
  featureShape,
  imageSize,
  imagesOf,
  type Labels,
  readBytes,
  type Split,
  withPictures,
} from '../../../train/datasets/dataset.ts';
import { filled, firstImages, firstOf } from '../../../train/datasets/subset.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-dataset-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The same split twice: in memory, and in a file that begins with other bytes. */
const splits = fc
  .record({
    n: fc.integer({ min: 1, max: 7 }),
    size: fc.integer({ min: 1, max: 5 }),
    start: fc.integer({ min: 0, max: 9 }),
    wide: fc.boolean(),
  })
  .chain(({ n, size, start, wide }) =>
    fc
      .record({
        bytes: fc.uint8Array({ minLength: n * size, maxLength: n * size }),
        labels: fc.array(fc.nat(wide ? 65_535 : 255), { minLength: n, maxLength: n }),
      })
      .map(({ bytes, labels }) => {
        const path = join(folder, 'images');
        const classes: Labels = wide ? Uint16Array.from(labels) : Uint8Array.from(labels);
        const memory: Split = { images: bytes, labels: classes, n };
        return {
          n,
          size,
          start,
          path,
          bytes,
          labels,
          memory,
          file: { ...memory, images: { path, start, size } },
        };
      }),
  );

/** What a test of each of the two splits is given. */
type Drawn = typeof splits extends fc.Arbitrary<infer T> ? T : never;
const each = (check: (split: Split, drawn: Drawn) => void) =>
  fc.assert(
    fc.property(splits, (drawn) => {
      writeFileSync(drawn.path, Buffer.concat([Buffer.alloc(drawn.start, 7), drawn.bytes]));
      for (const split of [drawn.memory, drawn.file]) check(split, drawn);
    }),
    { numRuns: 30 },
  );

const rowsOf = (split: Split) =>
  Array.from({ length: split.n }, (_, i) => [split.labels[i], ...imagesOf(split, i, i + 1)]);

describe('the images of a split', () => {
  it('are the bytes of their places, wherever they are kept', () => {
    each((split, { n, size, bytes }) => {
      expect(imageSize(split)).toBe(size);
      for (let from = 0; from <= n; from++)
        for (let to = from; to <= n; to++)
          expect(Buffer.from(imagesOf(split, from, to))).toEqual(
            Buffer.from(bytes.slice(from * size, to * size)),
          );
    });
  });

  it('are not read past the end of their file, nor from none', () => {
    const path = join(folder, 'short');
    writeFileSync(path, Uint8Array.of(1, 2, 3));
    const two = new Uint8Array(2);
    readBytes(path, two, 1);
    expect([...two]).toEqual([2, 3]);
    expect(() => readBytes(path, two, 2)).toThrow(UserError);
    expect(() => readBytes(path, two, 2)).toThrow(/short have been cut off/);
    expect(() => readBytes(join(folder, 'absent'), two, 0)).toThrow(UserError);
  });

  it('and the labels after them give the digest', () => {
    each((_, { n, bytes, labels }) => {
      const narrow = Uint8Array.from(labels);
      expect(digest({ images: bytes, labels: narrow, n })).toBe(
        createHash('sha256')
          .update(Buffer.concat([bytes, narrow]))
          .digest('hex'),
      );
    });
  });

  it('of float32 features have four bytes for each', () => {
    expect(featureShape(5)).toEqual([1, 1, 20]);
  });
});

describe('a part of a split', () => {
  it('is its first images, as many as there are', () => {
    each((split, { n }) => {
      for (let wanted = 0; wanted <= n + 2; wanted++) {
        const part = firstOf(split, wanted);
        expect(part.n).toBe(Math.min(n, wanted));
        expect(part.labels).toHaveLength(part.n);
        expect(rowsOf(part)).toEqual(rowsOf(split).slice(0, wanted));
        if (part.images instanceof Uint8Array && part.n > 0)
          expect(part.images.length / part.n).toBe(imageSize(split));
      }
    });
  });

  it('begins anew where more are wanted', () => {
    each((split, { n }) => {
      for (const wanted of [1, n, n + 1, 3 * n - 1]) {
        const rows = rowsOf(split);
        const part = filled(split, wanted);
        expect(part.n).toBe(wanted);
        expect(rowsOf(part)).toEqual(Array.from({ length: wanted }, (_, i) => rows[i % n]));
        if (wanted > n && part.images instanceof Uint8Array)
          expect(part.images.buffer).toBeInstanceOf(SharedArrayBuffer);
      }
    });
  });

  it('is taken of all parts of a dataset, whose other properties stay', () => {
    const split = (n: number): Split => ({
      images: Uint8Array.from({ length: 2 * n }, (_, i) => i),
      labels: new Uint8Array(n),
      n,
    });
    const dataset = {
      ...{ name: 'a', labels: ['x'], shape: [1, 2, 1] as const, digests: { train: '1', validation: '2' } },
      ...{ train: split(5), validation: split(4), test: split(6) },
    };
    const part = firstImages(dataset, 3, 2);
    const { train, validation, test } = dataset;
    expect(part).toEqual({
      ...dataset,
      ...{ train: firstOf(train, 3), validation: firstOf(validation, 2), test: firstOf(test, 2) },
    });
    expect([part.train.n, part.validation.n, part.test.n]).toEqual([3, 2, 2]);
    expect(firstImages(dataset, 3)).toEqual({ ...dataset, train: firstOf(train, 3) });
    const pictures = { shape: [2, 2, 3] as const, train: split(6), validation: split(1) };
    expect(withPictures({ ...dataset, pictures })).toEqual({ ...dataset, pictures, ...pictures });
    expect(withPictures(dataset)).toEqual(dataset);
  });
});
