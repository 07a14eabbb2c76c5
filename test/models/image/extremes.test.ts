// Pictures of extreme proportions: the pixels are Pillow's, and the work and the memory stay in proportion.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Prepare, planPrepare, preparePicture } from '../../../models/image/prepare.ts';
import { resize, resizeWindow } from '../../../models/image/resize.ts';
import { python } from '../../python.ts';
import { real } from '../../real.ts';
import { digest, joined, noisePicture, openPictures, sizes } from './pictures.ts';

const filters = ['bilinear', 'bicubic'] as const;

const pillow = `${openPictures}
filters = {'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}
targets = json.loads(sys.argv[2])
print(json.dumps([digest(p.resize((w, h), filters[f])) for p, (w, h, f) in zip(pictures, targets)]))
`;

describe('a resize of extreme proportions equals Pillow to the byte', () => {
  const drawn: readonly [from: [number, number], to: [number, number], channels: 1 | 3][] = [
    [[1, 800_000], [224, 224], 1],
    [[3, 400_000], [224, 224], 3],
    [[7, 40_000], [224, 96], 3], // larger than LARGE between the passes
    [[7, 18_000], [224, 96], 1], // not even 100 times as tall as wide at the target, but the source is
    [[600_000, 2], [224, 224], 3],
    [[800_000, 1], [2, 2], 1],
    [[1, 700_000], [2, 2], 3],
    [[60, 5900], [224, 32], 3], // less than 100 times as tall: the usual order
  ];
  it.each(filters)('%s', (filter) => {
    const pictures = drawn.map(([from, , channels], i) => noisePicture(i, ...from, channels, 'extremes'));
    const targets = drawn.map(([, to]) => [...to, filter]);
    const theirs: unknown = JSON.parse(
      python(pillow, [sizes(pictures), JSON.stringify(targets)], joined(pictures)),
    );
    expect(
      pictures.map((picture, i) => digest(resize(picture, ...(drawn[i]?.[1] ?? [1, 1]), filter))),
    ).toEqual(theirs);
  });

  it('in the center of 10,000,000 x 1 and 20,000,000 x 1, which are more than 2^31 pixels wide when they are scaled', () => {
    const pictures = [10_000_000, 20_000_000].map((width) => noisePicture(width, width, 1, 1));
    // The middle alone: Pillow's sides are 32-bit numbers.
    const middle = `${openPictures}
print(json.dumps([
    digest(p.crop((p.width // 2 - 8, 0, p.width // 2 + 8, 1)).resize((224, 224), Image.BILINEAR, (7.5, 0, 8.5, 1)))
    for p in pictures
]))`;
    const theirs: unknown = JSON.parse(python(middle, [sizes(pictures)], joined(pictures)));
    const rule: Prepare = { rule: 'resize', filter: 'bilinear', crop: 'center' };
    const ours = pictures.map((picture) => {
      const data = preparePicture(picture, [224, 224, 1], rule);
      return digest({ data, width: 224, height: 224, channels: 1 });
    });
    expect(ours).toEqual(theirs);
  });

  it('as a column as well as a row, in WebAssembly as well as in JavaScript', () => {
    for (const [width, height] of [
      [2, 600_000],
      [600_000, 2],
    ] as const) {
      const picture = noisePicture(width, width, height, 3);
      const whole = { x: 0, y: 0, width: 96, height: 96 };
      const script = resizeWindow(picture, 96, 96, 'bicubic', whole, { passes: 'none' });
      expect(digest(resize(picture, 96, 96, 'bicubic'))).toBe(digest(script));
    }
  });
});

describe('the plan of a resize', () => {
  const side = real(0, Math.log2(50_000_000)).map((x) => Math.floor(2 ** x));
  const rules = fc.record({
    rule: fc.constant('resize'),
    filter: fc.constantFrom(...filters),
    crop: fc.constantFrom('center', 'stretch'),
  });

  it('never makes much more between the passes than the picture and the input are', () => {
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 512 }), rules, (a, b, input, rule) => {
        const [width, height] = [a, Math.max(1, Math.min(b, Math.floor(50_000_000 / a)))];
        const plan = planPrepare({ width, height }, [input, input, 3], rule);
        expect(plan?.between).toBeLessThanOrEqual(Math.max(4_000_000, width * height, 71_000 * input));
        // Each source pixel has a part in at most two (four) outputs of an axis; an input pixel has at least three (five) sources.
        expect(plan?.steps).toBeLessThanOrEqual(
          1000e6 + 100 * width * height + 150 * input * (input + 71_000),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('says of an ordinary picture that it goes across first', () => {
    expect(
      planPrepare({ width: 640, height: 480 }, [224, 224, 3], {
        rule: 'resize',
        filter: 'bilinear',
        crop: 'stretch',
      }),
    ).toMatchObject({ across: true, down: true, downFirst: false, between: 480 * 224 });
  });
});

it.each([
  {
    size: [1, 2_000_000],
    shape: [224, 224, 3],
    rule: { rule: 'resize', filter: 'bilinear', crop: 'stretch' },
  },
  { size: [1000, 3000], shape: [224, 224, 3], rule: { rule: 'resize', filter: 'bilinear', crop: 'stretch' } },
  {
    size: [2_000_000, 1],
    shape: [224, 224, 3],
    rule: { rule: 'resize', filter: 'bicubic', crop: 'stretch' },
  },
  { size: [800, 1500], shape: [28, 28, 1], rule: { rule: 'digit' } },
] as const)('work on $size pixels ends when its check throws', ({ size, shape, rule }) => {
  const picture = noisePicture(1, size[0], size[1], 3);
  let calls = 0;
  preparePicture(picture, shape, rule, () => void calls++);
  expect(calls).toBeGreaterThan(5);
  let rest = 3;
  const stop = () => {
    if (--rest === 0) throw new Error('stopped');
  };
  expect(() => preparePicture(picture, shape, rule, stop)).toThrow('stopped');
});
