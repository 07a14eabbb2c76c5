// The resize against Pillow's: not one byte differs.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernel } from '../../../models/image/build-kernel.mjs';
import { openPasses } from '../../../models/image/passes.ts';
import { resize, resizeWindow } from '../../../models/image/resize.ts';
import { python } from '../../python.ts';
import { digest, joined, noisePicture, openPictures, sizes } from './pictures.ts';

const side = fc.integer({ min: 1, max: 300 });
const filter = fc.constantFrom('bilinear', 'bicubic');

const cases = fc.record({
  seed: fc.integer(),
  from: fc.tuple(side, side),
  to: fc.tuple(side, side),
  channels: fc.constantFrom(1, 3),
  texture: fc.constantFrom('noise', 'extremes'),
  filter,
});

// Pillow's resampler in C passes horizontally, then vertically, up to version 12. Image.resize of 12.3 calls it
// twice, vertically first, for pictures over 100 times as tall as wide: there, the resampler itself is compared.
// Pillow 13 changes the order in C whenever the height shrinks by more than twice as many pixels as the width.
const pillow = `${openPictures}
filters = {'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}
def resized(picture, width, height, filter):
    if picture.height > 100 * picture.width:
        return picture._new(picture.im.resize((width, height), filter, (0, 0, *picture.size)))
    return picture.resize((width, height), filter)
targets = json.loads(sys.argv[2])
print(json.dumps([digest(resized(p, w, h, filters[f])) for p, (w, h, f) in zip(pictures, targets)]))
`;

describe('resize', () => {
  it('equals Pillow to the byte over 1,000 random pictures and sizes', () => {
    const drawn = fc.sample(cases, { numRuns: 1000, seed: 1 });
    const pictures = drawn.map(({ seed, from, channels, texture }) =>
      noisePicture(seed, ...from, channels, texture),
    );
    const targets = drawn.map(({ to, filter }) => [...to, filter]);
    const theirs = JSON.parse(python(pillow, [sizes(pictures), JSON.stringify(targets)], joined(pictures)));
    const ours = drawn.map(({ to, filter }, i) => {
      const picture = pictures[i];
      return picture && digest(resize(picture, ...to, filter));
    });
    const wrong = drawn.filter((_, i) => ours[i] !== theirs[i]);
    expect(wrong).toEqual([]);
  });

  it('equals Pillow on the sizes that servers see, and where a side does not change', () => {
    const drawn: { from: [number, number]; to: [number, number] }[] = [
      { from: [640, 480], to: [32, 32] },
      { from: [640, 480], to: [224, 224] },
      { from: [28, 28], to: [32, 32] },
      { from: [40, 30], to: [40, 12] },
      { from: [40, 30], to: [17, 30] },
      { from: [40, 30], to: [40, 30] },
      { from: [5000, 3], to: [2, 200] },
    ];
    const all = drawn.flatMap((sizes) =>
      (['bilinear', 'bicubic'] as const).flatMap((filter) =>
        ([1, 3] as const).map((channels) => ({ ...sizes, filter, channels })),
      ),
    );
    const pictures = all.map(({ from, channels }, i) => noisePicture(i, ...from, channels));
    const targets = all.map(({ to, filter }) => [...to, filter]);
    const theirs = JSON.parse(python(pillow, [sizes(pictures), JSON.stringify(targets)], joined(pictures)));
    const ours = all.map(({ from, to, channels, filter }, i) =>
      digest(resize(noisePicture(i, ...from, channels), ...to, filter)),
    );
    expect(ours).toEqual(theirs);
  });

  it('is the same in WebAssembly and in JavaScript', () => {
    const passes = openPasses();
    if (passes === undefined) throw new Error('there is no WebAssembly SIMD here');
    const drawn = fc.sample(cases, { numRuns: 200, seed: 2 });
    // More than one band of rows.
    const wide: (typeof drawn)[number] = {
      seed: 1,
      from: [3000, 400],
      to: [300, 150],
      channels: 3,
      texture: 'noise',
      filter: 'bicubic',
    };
    for (const { seed, from, to, channels, texture, filter } of [...drawn, wide]) {
      const picture = noisePicture(seed, ...from, channels, texture);
      const whole = { x: 0, y: 0, width: to[0], height: to[1] };
      const one = resizeWindow(picture, ...to, filter, whole, { passes });
      expect(digest(one)).toBe(digest(resizeWindow(picture, ...to, filter, whole, { passes: 'none' })));
    }
  });

  it('has its kernel compiled from kernel.wat', async () => {
    const compiled = readFileSync(new URL('../../../models/image/kernel.ts', import.meta.url), 'utf8');
    expect(compiled.replace(/\s+/g, '')).toBe((await compileKernel()).replace(/\s+/g, ''));
  });

  it('keeps an even picture even', () => {
    fc.assert(
      fc.property(side, side, side, side, filter, fc.nat({ max: 255 }), (w, h, toW, toH, filter, value) => {
        const data = new Uint8Array(w * h).fill(value);
        const resized = resize({ data, width: w, height: h, channels: 1 }, toW, toH, filter);
        expect(resized.data.every((byte) => byte === value)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('gives a window the pixels that cropping would', () => {
    const window = fc.record({ x: fc.nat(40), y: fc.nat(40), width: side, height: side });
    fc.assert(
      fc.property(side, side, window, filter, fc.constantFrom(1, 3), (w, h, window, filter, channels) => {
        const picture = noisePicture(w * 301 + h, w, h, channels);
        const [width, height] = [window.x + window.width + 7, window.y + window.height];
        const whole = resize(picture, width, height, filter);
        const part = resizeWindow(picture, width, height, filter, window);
        const rows = Array.from({ length: window.height }, (_, y) => {
          const from = ((window.y + y) * width + window.x) * channels;
          return whole.data.subarray(from, from + window.width * channels);
        });
        expect(digest(part)).toBe(
          digest({ ...part, data: Uint8Array.from(rows.flatMap((row) => [...row])) }),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('never hands out the memory of its source', () => {
    const picture = noisePicture(1, 4, 4, 1);
    const same = resize(picture, 4, 4, 'bilinear');
    expect(same.data).toEqual(picture.data);
    expect(same.data.buffer).not.toBe(picture.data.buffer);
  });

  it('refuses sizes and pictures that it cannot resize', () => {
    const picture = noisePicture(1, 4, 4, 1);
    expect(() => resize(picture, 0, 4, 'bilinear')).toThrow(/0x4.*whole positive/);
    expect(() => resize(picture, 2.5, 4, 'bilinear')).toThrow(/whole positive/);
    expect(() => resize(noisePicture(1, 4, 4, 4), 2, 2, 'bilinear')).toThrow(/alpha/);
    expect(() => resize({ ...picture, width: 5 }, 2, 2, 'bilinear')).toThrow(/16 bytes for 5x4x1/);
  });
});
