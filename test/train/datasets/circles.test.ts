// The counting of circles: as many as the label says, none touching another or the edge, the same every time.
import { describe, expect, it } from 'vitest';
import { drawCircles, placeCircles } from '../../../train/datasets/circles.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';

/** Parts of a picture that hang together by their sides, of what is darker than the paper. */
function countParts(picture: Uint8Array, side: number): number {
  const seen = new Set<number>();
  let parts = 0;
  for (const start of picture.keys()) {
    if (seen.has(start) || picture[start] === 255) continue;
    parts++;
    const open = [start];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seen.has(place) || picture[place] === 255) continue;
      seen.add(place);
      for (const next of [place - side, place + side, place - 1, place + 1]) open.push(next);
    }
  }
  return parts;
}

describe('drawCircles', () => {
  it.each(['1-5', '45-49', 'various'])(
    '%s: shows as many as the label says, each number as often',
    (count) => {
      const { circles } = findRecipe('circles', {}, { count });
      if (circles === undefined) throw new Error('the recipe draws no circles');
      const { train, validation: test, labels } = drawCircles({ ...circles, train: 60, test: 20 });
      for (const { images, labels: classes, n } of [train, test])
        for (let i = 0; i < n; i++) {
          const picture = images.subarray(i * circles.side ** 2, (i + 1) * circles.side ** 2);
          expect(String(countParts(picture, circles.side))).toBe(labels[classes[i] ?? -1]);
          const edge = [...picture.keys()].filter((place) =>
            [0, circles.side - 1].some(
              (line) => place % circles.side === line || Math.floor(place / circles.side) === line,
            ),
          );
          expect(edge.every((place) => picture[place] === 255)).toBe(true);
        }
      expect(train.labels.filter((label) => label === 0).length).toBe(12);
    },
  );

  it('draws the same for the same options, and other pictures to validate with', () => {
    const options = { from: 1, to: 3, radius: [3, 3], gap: 1, side: 24, train: 30, test: 30 } as const;
    const [one, again] = [drawCircles(options), drawCircles(options)];
    expect(again.digests).toEqual(one.digests);
    expect(one.digests.validation).not.toBe(one.digests.train);
    // More pictures begin with the same ones.
    const more = drawCircles({ ...options, train: 60 }).train.images.subarray(0, one.train.images.length);
    expect(more).toEqual(one.train.images);
  });

  it('draws the same pictures for numbers, which are the counts themselves', () => {
    const options = { from: 3, to: 6, radius: [2, 2], gap: 1, side: 24, train: 30, test: 30 } as const;
    const [classes, numbers] = [drawCircles(options), drawCircles({ ...options, as: 'regression' })];
    expect(numbers).toMatchObject({ task: 'regression', labels: ['count'] });
    expect(classes.task).toBeUndefined();
    for (const split of ['train', 'validation'] as const) {
      expect(numbers[split].images).toEqual(classes[split].images);
      expect([...(numbers[split].targets ?? [])]).toEqual(
        Array.from(classes[split].labels, (label) => Number(classes.labels[label])),
      );
    }
    expect(numbers.digests.validation).not.toBe(classes.digests.validation);
  });

  it('trains on no number that is in a gap, and validates with all', () => {
    const options = { from: 1, to: 6, radius: [2, 2], gap: 2, side: 24, train: 60, test: 60 } as const;
    const { train, validation: test } = drawCircles({
      ...options,
      as: 'regression',
      gaps: [
        [2, 2],
        [4, 5],
      ],
    });
    const counted = (targets: Float32Array = new Float32Array()) => {
      const counts = new Map<number, number>();
      for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
      return Object.fromEntries(counts);
    };
    expect(counted(train.targets)).toEqual({ 1: 20, 3: 20, 6: 20 });
    expect(counted(test.targets)).toEqual({ 1: 10, 2: 10, 3: 10, 4: 10, 5: 10, 6: 10 });
    for (let i = 0; i < 20; i++)
      expect(countParts(train.images.subarray(i * 576, (i + 1) * 576), 24)).toBe(train.targets?.[i]);
    expect(() => drawCircles({ ...options, gaps: [[1, 5]] })).toThrow(
      'Gaps leave 1 of the numbers from 1 to 6',
    );
  });

  it('inks the area of a circle, whatever its place', () => {
    const next = random(1, 'test');
    for (let i = 0; i < 30; i++) {
      const [circle] = placeCircles(1, { radius: [4, 4], gap: 0, side: 32 }, next);
      expect(circle?.radius).toBe(4);
    }
    const { train } = drawCircles({ from: 1, to: 2, radius: [4, 4], gap: 1, side: 32, train: 60, test: 1 });
    for (let i = 0; i < 60; i += 2) {
      const ink = train.images
        .subarray(i * 1024, (i + 1) * 1024)
        .reduce((sum, byte) => sum + (255 - byte) / (255 - 40), 0);
      // Measured: within 1.4 %; two circles are 100 % more.
      expect(Math.abs(ink / (Math.PI * 16) - 1)).toBeLessThan(0.02);
    }
  });

  it('says when so many find no room', () => {
    const options = { from: 40, to: 41, radius: [6, 6], gap: 2, side: 48, train: 2, test: 1 } as const;
    expect(() => drawCircles(options)).toThrow(/^40 circles .* find no room in 48x48: draw fewer/);
  });
});
