// Translation by whole pixels with a reflected edge.
import { describe, expect, it } from 'vitest';
import { translate } from '../../../train/augment/translate.ts';
import { random } from '../../../train/random.ts';
import { chosen, noise } from './pictures.ts';

const last = 1 - 2 ** -32;

describe('translate', () => {
  it.each([
    ['right end', last, [3, 4, 5, 4, 3]],
    ['left end', 0, [3, 2, 1, 2, 3]],
    ['middle', 0.5, [1, 2, 3, 4, 5]],
  ])('reflects without repeating the edge, at the %s of its range', (_, draw, expected) => {
    // Three equal rows: the draw for y, which comes first, shows nothing.
    const image = Uint8Array.of(1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5);
    const moved = translate(image, [3, 5, 1], { translate: 2 }, chosen(0.5, draw));
    expect([...moved]).toEqual([...expected, ...expected, ...expected]);
  });

  it('moves rows by the first draw and keeps channels together', () => {
    const image = Uint8Array.of(1, 2, 3, 4, 5, 6); // three rows of one pixel and two channels
    expect([...translate(image, [3, 1, 2], { translate: 0 }, chosen(last, last))]).toEqual([...image]);
    const tall = Uint8Array.of(1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6);
    expect([...translate(tall, [3, 2, 2], { translate: 1 }, chosen(last, 0.5))]).toEqual([
      3, 4, 3, 4, 5, 6, 5, 6, 3, 4, 3, 4,
    ]);
  });

  it('draws every offset equally often', () => {
    const image = noise([5, 5, 3]);
    const counts = new Map<string, number>();
    for (let index = 0; index < 10_000; index++) {
      const key = translate(image, [5, 5, 3], { translate: 2 }, random(1, 'test', index)).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(25);
    for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(400));
  });

  it('says so if the image is too small to reflect that far', () => {
    expect(() => translate(noise([28, 28, 1]), [28, 28, 1], { translate: 28 }, chosen())).toThrow(
      "translate: expected less than the image's 28x28 pixels, received 28",
    );
    for (const shape of [
      [9, 5, 1],
      [5, 9, 1],
    ] as const)
      expect(() => translate(noise(shape), shape, { translate: 5 }, chosen())).toThrow(RangeError);
  });
});
