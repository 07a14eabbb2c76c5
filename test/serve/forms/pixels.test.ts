// What is promised of pixels in JSON: nested arrays are the picture that they look like, and a wrong number has its place.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../models/image/picture.ts';
import { isList, picturesOf } from '../../../serve/forms/pixels.ts';
import { Refusal } from '../../../serve/refusal.ts';

const side = fc.integer({ min: 1, max: 5 });
const pictures: fc.Arbitrary<Picture> = fc
  .record({ width: side, height: side, channels: fc.constantFrom(1, 3, 4) })
  .chain(({ width, height, channels }) =>
    fc
      .uint8Array({ minLength: width * height * channels, maxLength: width * height * channels })
      .map((data) => ({ data, width, height, channels })),
  );

/** [H][W][C]; of a gray picture [H][W] where it is flat. */
const nested = ({ data, width, height, channels }: Picture, flat = false): unknown[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * channels;
      return flat && channels === 1 ? data[at] : [...data.subarray(at, at + channels)];
    }),
  );

test('arrays of pixels are the picture, one or several', () => {
  fc.assert(
    fc.property(pictures, pictures, fc.boolean(), (one, other, flat) => {
      expect(picturesOf(nested(one, flat))).toEqual([one]);
      expect(picturesOf([nested(one), nested(other)])).toEqual([one, other]);
      expect([isList(nested(one, flat)), isList([nested(one)])]).toEqual([false, true]);
    }),
  );
});

describe('what is no picture is 400, and says where', () => {
  test.each<[unknown, string]>([
    [7, 'received arrays nested 0 deep'],
    [[], 'received arrays nested 1 deep'],
    [[1], 'received arrays nested 1 deep'],
    [[[[[[1]]]]], 'received arrays nested 5 deep'],
    [[[]], 'row 0: received an array of 0'],
    [[[1, 2], [3]], 'row 1 has 1 pixels, row 0 has 2'],
    [[[1, 2], 3], 'row 1: received 3'],
    [[[1], []], 'row 1: received an array of 0'],
    [[[[1, 2]]], 'received pixels of 2 channels'],
    [[[[]]], 'pixel 0: received an array of 0'],
    [
      [
        [
          [1, 2, 3],
          [1, 2, 3, 4],
        ],
      ],
      'pixel 1 of row 0 has 4 channels, the first has 3',
    ],
    [[[[1], 2]], 'pixel 1 of row 0: received 2'],
    [[[1, 256]], 'pixel 1 of row 0: received 256'],
    [[[1], [-1]], 'pixel 0 of row 1: received -1'],
    [[[0.5]], 'pixel 0 of row 0: received 0.5'],
    [[['1']], 'pixel 0 of row 0: received "1"'],
    [[[null]], 'pixel 0 of row 0: received null'],
    [[[{ a: 1 }]], 'pixel 0 of row 0: received an object'],
    [[[1, [2]]], 'pixel 1 of row 0: received an array of 1'],
    [[['x'.repeat(60)]], `pixel 0 of row 0: received "${'x'.repeat(39)};`],
  ])('%j', (value, message) => {
    expect(() => picturesOf(value)).toThrow(expect.objectContaining({ status: 400 }));
    expect(() => picturesOf(value)).toThrow(message);
  });

  test('of several, in its place; of one in a list, at once', () => {
    const good = [[[1, 2, 3]]];
    const [first, second, third] = picturesOf([[[[1, 2]]], good, 5]);
    expect([first, third].map((one) => one instanceof Refusal && one.message.split(';')[0])).toEqual([
      'received pixels of 2 channels',
      'received arrays nested 0 deep',
    ]);
    expect(second).toMatchObject({ width: 1, height: 1, channels: 3 });
    expect(() => picturesOf([[[[1, 2]]]])).toThrow('received pixels of 2 channels');
    expect(picturesOf([good])).toHaveLength(1);
    const [deep] = picturesOf([[[[[1]]]], good]);
    expect(deep).toMatchObject({ message: expect.stringContaining('received arrays nested 4 deep') });
  });
});
