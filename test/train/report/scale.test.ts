// Axes of plots: whatever the values are, there are ticks to read them by.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaleOver } from '../../../train/report/scale.ts';

test('a logarithmic axis has two ticks or more, all of them between its ends, in order', () => {
  const low = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
  const ratio = fc.double({ min: 1, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(low, ratio, (from, times) => {
      const { ticks, at } = scaleOver([from, from * times], { log: true });
      const places = ticks.map(at);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(places.every((place) => place >= 0 && place <= 1)).toBe(true);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }),
    {
      examples: [
        [0.3492, 0.8 / 0.3492],
        [0.3492, 0.4336 / 0.3492],
        [0.8, 1],
      ],
    },
  );
});

test('ticks of a narrow range are round numbers', () => {
  expect(scaleOver([0.3492, 0.4336], { log: true }).ticks).toEqual([0.35, 0.4, 0.45]);
});
