// What looks the same: hashes as NumPy's cosine transform gives them, correlations as NumPy's, pairs as all of them tried.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../models/image/picture.ts';
import { lookAlikes } from '../../../../train/datasets/folder/look-alikes.ts';
import {
  findNearDuplicates,
  type Hashed,
  looksSame,
  MOST_BITS,
} from '../../../../train/datasets/folder/near-duplicates.ts';
import { distance, perceptualHash } from '../../../../train/datasets/folder/perceptual-hash.ts';
import { random } from '../../../../train/random.ts';
import { python } from '../../../python.ts';

/** Noise, by the number of the draw. */
function noise(length: number, draw: number): Uint8Array {
  const next = random(1, 'test/looks', draw);
  return Uint8Array.from({ length }, () => Math.floor(next() * 256));
}
const look = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => bits.toString(16).padStart(16, '0'));
const words = (hash: string) =>
  [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)] as const;
const bitsBetween = (a: string, b: string) =>
  [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter((bit) => bit === '1').length;

describe('a perceptual hash', () => {
  it('is the signs of the lowest frequencies about their median, by NumPy', () => {
    const pictures = Array.from({ length: 20 }, (_, i) => noise(32 * 32, i));
    const script = `
import json, sys
import numpy as np
def look(picture):
    u, x = np.mgrid[:8, :32]
    cosines = np.cos((2 * x + 1) * u * np.pi / 64)
    f = (cosines @ np.array(picture, float).reshape(32, 32) @ cosines.T).ravel()
    # The middle one of the 63 that are not the mean.
    bits = f > np.median(f[1:])
    return ''.join('%02x' % byte for byte in np.packbits(bits))
print(json.dumps([look(picture) for picture in json.load(sys.stdin)]))`;
    const ours = pictures.map((data) => perceptualHash({ data, width: 32, height: 32, channels: 1 }));
    const input = Buffer.from(JSON.stringify(pictures.map((data) => [...data])));
    expect(ours).toEqual(JSON.parse(python(script, [], input)));
  });

  it('stays near for a picture twice as large, and goes far for another one', () => {
    const wave = (side: number, turn: number): Picture => ({
      data: Uint8Array.from({ length: side * side * 3 }, (_, i) => {
        const [y, x] = [Math.floor(i / 3 / side) / side, (Math.floor(i / 3) % side) / side];
        return 128 + 60 * Math.sin(7 * x + turn * y) + 50 * Math.cos(11 * y * x + turn);
      }),
      ...{ width: side, height: side, channels: 3 },
    });
    const [small, large, other] = [wave(40, 1), wave(80, 1), wave(40, 9)].map(perceptualHash) as [
      string,
      string,
      string,
    ];
    expect(bitsBetween(small, large)).toBeLessThanOrEqual(MOST_BITS);
    expect(bitsBetween(small, other)).toBeGreaterThan(MOST_BITS);
  });

  it('differs from another in as many bits as their exclusive or has', () => {
    fc.assert(
      fc.property(look, look, (a, b) => {
        expect(distance(...words(a), ...words(b))).toBe(bitsBetween(a, b));
      }),
    );
  });
});

describe('two pictures', () => {
  it('look the same where their grays correlate by more than 0.93, by NumPy', () => {
    const cases = Array.from({ length: 60 }, (_, i) => {
      const [picture, other, share] = [noise(48, 2 * i), noise(48, 2 * i + 1), i / 100];
      // The same in another light, more and more noisy.
      const seen = picture.map((byte, k) => 0.7 * ((1 - share) * byte + share * (other[k] ?? 0)) + 30);
      return [[...picture], [...seen]];
    });
    const script = `
import json, sys
import numpy as np
print(json.dumps([np.corrcoef(a, b)[0, 1] for a, b in json.load(sys.stdin)]))`;
    const correlations: unknown = JSON.parse(python(script, [], Buffer.from(JSON.stringify(cases))));
    if (!Array.isArray(correlations)) throw new Error('expected a list');
    const same = cases.map(([a = [], b = []]) =>
      looksSame(Uint8Array.from(a), Uint8Array.from(b), [6, 8, 1]),
    );
    expect(same).toEqual(correlations.map((each) => each > 0.93));
    expect(new Set(same).size).toBe(2);
  });

  it('of color are compared by their grays, and a plain one looks like none', () => {
    const color = (...values: number[]) => Uint8Array.from(values);
    // The same brightness from other colors: 0.299 R + 0.587 G + 0.114 B.
    expect(looksSame(color(100, 0, 0, 0, 0, 200), color(30, 0, 0, 23, 0, 0), [1, 2, 3])).toBe(true);
    expect(looksSame(color(100, 0, 0, 0, 0, 200), color(23, 0, 0, 30, 0, 0), [1, 2, 3])).toBe(false);
    const plain = new Uint8Array(4).fill(9);
    expect(looksSame(plain, plain, [2, 2, 1])).toBe(false);
  });
});

describe('near duplicates', () => {
  const side = (name: string, looks: readonly string[]) =>
    looks.map((each, i): Hashed => ({ path: `${name}${String(i).padStart(3, '0')}`, hash: '', look: each }));
  /** Hashes that differ from one another in few bits. */
  const near = fc.array(fc.array(fc.nat(63), { maxLength: 10 }), { maxLength: 12 }).map((all) =>
    all.map((bits) =>
      bits
        .reduce((sum, bit) => sum ^ (1n << BigInt(bit)), 0x9e3779b97f4a7c15n)
        .toString(16)
        .padStart(16, '0'),
    ),
  );

  it('are all pairs across the split that differ in at most eight bits and look the same, the closest first', () => {
    fc.assert(
      fc.property(near, near, (ofTrain, ofTest) => {
        const [train, test] = [side('a', ofTrain), side('b', ofTest)];
        const isSame = (i: number, j: number) => (i + j) % 3 !== 0;
        const expected = test.flatMap((b, j) =>
          train.flatMap((a, i) => {
            const bits = bitsBetween(a.look, b.look);
            return bits <= 8 && isSame(i, j)
              ? [{ train: a.path, other: b.path, side: 'test' as const, distance: bits }]
              : [];
          }),
        );
        const key = (pair: (typeof expected)[number]) => `${pair.distance}${pair.other}${pair.train}`;
        expected.sort((a, b) => (key(a) < key(b) ? -1 : 1));
        expect(findNearDuplicates(train, test, 'test', isSame)).toEqual(expected);
      }),
    );
  });

  it('of drawings that are all alike are looked for a hundred times for each, to a thousand pairs', () => {
    const alike = (name: string, n: number) => side(name, new Array<string>(n).fill('0123456789abcdef'));
    let looks = 0;
    const isSame = () => ++looks > 0;
    expect(findNearDuplicates(alike('a', 150), alike('b', 3), 'test', isSame)).toHaveLength(300);
    expect(looks).toBe(300);
    expect(findNearDuplicates(alike('a', 100), alike('b', 15), 'test', isSame)).toHaveLength(1000);
  });
});

describe('labels that look alike', () => {
  it.each([
    [['cat', 'Cat', 'dog'], '"Cat" and "cat"'],
    [['01', '1', '1.0', '2'], '"01" and "1" and "1.0"'],
    [['big cat', 'big_cat', 'big-cat', 'bigcat'], '"big cat" and "big-cat" and "big_cat"'],
    [['ｃａｔ', 'cat', 'ca\u200bt'], '"cat" and "ca\u200bt" and "ｃａｔ"'],
    [[' a', 'a', 'b'], '" a" and "a"'],
    [
      ['a', 'A', 'b', 'B', 'c', 'C', 'd', 'D', 'e', 'E'],
      '"A" and "a"; "B" and "b"; "C" and "c"; and 2 more.',
    ],
    [['a', 'A', 'b', 'B', 'c', 'C'], '"A" and "a"; "B" and "b"; "C" and "c". Each'],
  ])('of %j are %s', (labels, expected) => {
    const [said, ...more] = lookAlikes(labels);
    expect(said).toContain(`Classes that look alike: ${expected}`);
    expect(more).toEqual([]);
  });

  it.each([[['a-', 'a', '-a']], [['1.', '1', '1a', 'a1']], [['cat', 'dog']], [['1.5', '15']]])(
    '%j are none',
    (labels) => {
      expect(lookAlikes(labels)).toEqual([]);
    },
  );

  it('and those that stand for a missing one are named', () => {
    for (const word of ['nan', 'NA', 'n/a', 'null', 'None', 'undefined', 'unnamed'])
      expect(lookAlikes(['cat', word])).toEqual([
        expect.stringContaining(`The class ${JSON.stringify(word)} may be what a program wrote`),
      ]);
    expect(lookAlikes(['banana', 'nano', 'none of these'])).toEqual([]);
  });
});
