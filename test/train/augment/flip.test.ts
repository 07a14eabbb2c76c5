// Mirroring, and who is mirrored when.
import { describe, expect, it } from 'vitest';
import { isMirrored, mirror } from '../../../train/augment/flip.ts';
import { noise } from './pictures.ts';

describe('mirror', () => {
  it('turns rows round and keeps channels in order', () => {
    const image = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    expect([...mirror(image, [2, 3, 2])]).toEqual([5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8]);
  });

  it('is its own inverse', () => {
    const image = noise([6, 7, 3]);
    expect(mirror(mirror(image, [6, 7, 3]), [6, 7, 3])).toEqual(image);
  });
});

describe('isMirrored', () => {
  const n = 10_000;
  const epoch = (flip: 'random' | 'alternating', number: number) =>
    Array.from({ length: n }, (_, index) => isMirrored(flip, { seed: 1, epoch: number, index }));
  const half = 5 * Math.sqrt(n / 4);
  const count = (mirrored: boolean[]) => mirrored.filter(Boolean).length;

  it('mirrors nothing unless it is asked to', () => {
    expect(isMirrored(undefined, { seed: 1, epoch: 0, index: 0 })).toBe(false);
  });

  it.each(['random', 'alternating'] as const)('mirrors half of the images when it is %s', (flip) => {
    for (const number of [0, 1, 2]) expect(Math.abs(count(epoch(flip, number)) - n / 2)).toBeLessThan(half);
  });

  it('shows the other side of every image in the next epoch when it alternates', () => {
    expect(epoch('alternating', 1)).toEqual(epoch('alternating', 0).map((mirrored) => !mirrored));
    expect(epoch('alternating', 2)).toEqual(epoch('alternating', 0));
  });

  it('decides again in each epoch when it is random', () => {
    const [first, second] = [epoch('random', 0), epoch('random', 1)];
    expect(Math.abs(count(first.map((mirrored, index) => mirrored === second[index])) - n / 2)).toBeLessThan(
      half,
    );
  });
});
