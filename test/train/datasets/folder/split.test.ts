// Which pictures are kept for validation: the same today as yesterday, since results are compared with earlier ones.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assignSplits, type Splittable } from '../../../../train/datasets/folder/split.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const pictures = Array.from(
  { length: 40 },
  (_, i): Splittable => ({ label: 'a', split: undefined, hash: hash(`picture ${i}`) }),
);
const chosen = (pictures: readonly Splittable[], share: number) =>
  assignSplits(pictures, share).flatMap((side, i) => (side === 'valid' ? [i] : []));

// Python: [i for i in range(40) if int(hashlib.sha256(f'picture {i}'.encode()).hexdigest()[:12], 16) / 2**48 < share]
it.each([
  [0.1, [8, 14, 33]],
  [0.25, [1, 7, 8, 9, 14, 27, 33, 35]],
  [0.5, [1, 2, 5, 6, 7, 8, 9, 14, 15, 18, 20, 24, 27, 28, 30, 32, 33, 35, 37]],
])('of 40 known pictures and a share of %d, the ones kept are these', (share, expected) => {
  expect(chosen(pictures, share)).toEqual(expected);
});

describe('a class of few', () => {
  const few = (...hashes: string[]) =>
    hashes.map(
      (start, i): Splittable => ({
        label: i % 2 === 0 ? 'a' : 'b',
        split: undefined,
        hash: start.padEnd(64, '0'),
      }),
    );
  const sides = (hashes: readonly string[], share: number) =>
    assignSplits(few(...hashes.flatMap((each) => [each, 'ffffffffffff'])), share).filter(
      (_, i) => i % 2 === 0,
    );

  it('lends the lowest hash to validation, and the highest to training', () => {
    expect(sides(['9', 'c', '8'], 0.25)).toEqual(['train', 'train', 'valid']);
    expect(sides(['2', '3', '1'], 0.25)).toEqual(['valid', 'train', 'valid']);
  });

  it('lends nothing where nothing is kept, and trains with its only picture, with all its copies', () => {
    expect(sides(['9', 'c', '8'], 0)).toEqual(['train', 'train', 'train']);
    expect(sides(['1'], 0.25)).toEqual(['train']);
    expect(sides(['9'], 0.25)).toEqual(['train']);
    expect(sides(['1', '1', '1'], 0.25)).toEqual(['train', 'train', 'train']);
  });

  it('keeps a picture at the share itself for training: kept is what is below', () => {
    expect(sides(['4', '3fffffffffff', 'f'], 0.25)).toEqual(['train', 'valid', 'train']);
  });
});

it('what the folder says stays, and counts as being there', () => {
  const own = (start: string, split?: 'train' | 'valid'): Splittable => ({
    label: 'a',
    split,
    hash: start.padEnd(64, '0'),
  });
  expect(assignSplits([own('1', 'train'), own('9', 'valid'), own('2')], 0.25)).toEqual([
    'train',
    'valid',
    'valid',
  ]);
  expect(assignSplits([own('9', 'valid'), own('8'), own('c')], 0.25)).toEqual(['valid', 'train', 'train']);
  expect(assignSplits([own('9', 'valid'), own('1'), own('2')], 0.25)).toEqual(['valid', 'valid', 'train']);
});
