// The digit in a plane of ink, held against the same rule in NumPy, with its quantiles, for whole planes at once.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Plane } from '../../../models/image/area.ts';
import { digitRegion } from '../../../models/image/region.ts';
import { python } from '../../python.ts';

const numpy = `
import json, sys
import numpy as np

def otsu(levels):
    # the variance between the classes for all thresholds at once; of equal ones, argmax takes the first
    histogram = np.bincount(levels, minlength=256)
    n, total = np.cumsum(histogram), np.cumsum(histogram * np.arange(256))
    with np.errstate(all='ignore'):
        low, high = total / n, (total[-1] - total) / (n[-1] - n)
    between = np.where((n > 0) & (n < n[-1]), n * (n[-1] - n) * np.nan_to_num(high - low) ** 2, -1)
    t = int(np.argmax(between))
    return (t, low[t], high[t]) if between[t] >= 0 else (0, 0, 0)

def components(mask):
    # each pixel takes the largest number around it, until nothing changes
    label = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        wide = np.pad(label, 1)
        near = np.max([wide[v:v + mask.shape[0], u:u + mask.shape[1]] for v in range(3) for u in range(3)], axis=0)
        grown = np.where(mask, near, 0)
        if (grown == label).all(): return label
        label = grown

def region(ink):
    low_median = lambda v: np.quantile(v, 0.5, method='lower')
    median = low_median(ink)
    noise = 1.4826 * low_median(np.abs(ink - median))
    threshold, low, high = otsu(np.minimum(255, np.floor(ink.ravel() + 0.5)).astype(int))
    if high - low < max(20, 4 * noise): return None
    clean = noise < 0.5
    above = 0 if clean else max(median + 4 * noise, low + 0.25 * (high - low))
    label = components(ink > above)
    ids = [i for i in np.unique(label) if i > 0]
    strong = [i for i in ids if ink[label == i].max() > threshold]
    if not strong: return None
    mass = {i: ink[label == i].sum() for i in ids}
    edges = np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]])
    largest = max(strong, key=mass.get)
    kept = ids if clean else [
        i for i in strong if i == largest or (mass[i] > 0.04 * mass[largest] and i not in edges)
    ]
    dark = np.quantile(ink[ink > threshold], 0.9, method='lower')
    gain = 1 if dark >= 224 else 255 / dark
    rows, columns = np.nonzero(np.isin(label, kept))
    return {
        'data': np.where(np.isin(label, kept), np.minimum(255, ink * gain), 0).ravel().tolist(),
        'box': {
            'left': int(columns.min()), 'right': int(columns.max()) + 1,
            'top': int(rows.min()), 'bottom': int(rows.max()) + 1,
        },
    }

print(json.dumps([
    region(np.array(data, np.float64).reshape(height, width)) for width, height, data in json.load(sys.stdin)
]))
`;

const levels = fc.integer({ min: 0, max: 255 });
const place = fc.nat({ max: 23 });
const side = fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 18, max: 24 }));
/** Strokes of one or two pens over paper without or with noise, sizes of a speck to those of a digit. */
const planes = fc
  .sample(
    fc.record({
      width: side,
      height: side,
      paper: fc.constantFrom(0, 0, 2, 12),
      noise: fc.constantFrom(0, 0.4, 3, 6, 12, 30),
      grain: fc.array(fc.integer({ min: -1000, max: 1000 }), {
        minLength: 24 * 24,
        maxLength: 24 * 24,
      }),
      pen: fc.constantFrom(15, 19, 25, 90, 200, 223, 224, 255),
      strokes: fc.array(
        fc.record({
          x: place,
          y: place,
          width: fc.constantFrom(1, 1, 2, 5, 9),
          height: fc.constantFrom(1, 1, 3, 9),
          level: fc.option(levels),
        }),
        { maxLength: 6 },
      ),
    }),
    { numRuns: 400, seed: 1 },
  )
  .map(({ width, height, paper, noise, grain, pen, strokes }): Plane => {
    const data = Float32Array.from({ length: width * height }, (_, i) =>
      Math.max(0, paper + (noise * (grain[i] ?? 0)) / 1000),
    );
    for (const stroke of strokes)
      for (let y = stroke.y; y < Math.min(height, stroke.y + stroke.height); y++)
        for (let x = stroke.x; x < Math.min(width, stroke.x + stroke.width); x++)
          data[y * width + x] = stroke.level ?? pen;
    return { data, width, height };
  });

it('is what NumPy finds', () => {
  const asked = planes.map(({ width, height, data }) => [width, height, [...data]]);
  const theirs: ({ data: number[]; box: object } | null)[] = JSON.parse(
    python(numpy, [], Buffer.from(JSON.stringify(asked))),
  );
  const found = theirs.filter((region) => region !== null).length;
  expect(found).toBeGreaterThan(100);
  expect(theirs.length - found).toBeGreaterThan(50);
  // Of noisy pictures, something is left out now and then.
  const dropped = planes.filter(({ data }, i) =>
    theirs[i]?.data.some((level, k) => level === 0 && (data[k] ?? 0) > 60),
  );
  expect(dropped.length).toBeGreaterThan(20);
  for (const [i, plane] of planes.entries()) {
    const ours = digitRegion(plane);
    const region = theirs[i];
    const which = `plane ${i}, ${plane.width}x${plane.height}`;
    expect(ours?.box, which).toEqual(region?.box);
    if (ours === undefined) continue;
    expect(ours.plane.data.length, which).toBe(region?.data.length);
    const off = Math.max(
      ...ours.plane.data.map((value, k) => Math.abs(value - (region?.data[k] ?? Number.NaN))),
    );
    expect(off, which).toBeLessThan(1e-4); // of 255
  }
});
