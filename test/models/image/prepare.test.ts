// From picture to input in the center: which pixels, for sides that leave odd numbers over, as torchvision takes them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Prepare, preparePicture } from '../../../models/image/prepare.ts';
import { python } from '../../python.ts';
import { joined, noisePicture, openPictures, sizes } from './pictures.ts';

/**
 * torchvision's `Resize(size)` and `CenterCrop((height, width))` of a Pillow image: `_compute_resized_output_size`,
 * and the `int(round(...))` of `center_crop`. A picture that fills an input which is no square is scaled by its other side.
 */
const torchvision = `${openPictures}
def center(picture, height, width, shorter, filter):
    w, h = picture.size
    if shorter:
        size = (shorter, int(shorter * h / w)) if w <= h else (int(shorter * w / h), shorter)
    elif w * height >= h * width:
        size = (max(width, int(height * w / h)), height)
    else:
        size = (width, max(height, int(width * h / w)))
    resized = picture.resize(size, {'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}[filter])
    top, left = int(round((size[1] - height) / 2.0)), int(round((size[0] - width) / 2.0))
    return list(size), resized.crop((left, top, left + width, top + height))
answers = []
for picture, (height, width, channels, shorter, filter) in zip(pictures, json.loads(sys.argv[2])):
    size, cropped = center(picture, height, width, shorter, filter)
    if channels == 3: cropped = cropped.convert('RGB')
    answers.append([size, list(cropped.tobytes())])
print(json.dumps(answers))
`;

interface Case {
  readonly from: readonly [width: number, height: number, channels: 1 | 3];
  readonly shape: readonly [height: number, width: number, channels: 1 | 3];
  readonly rule: Extract<Prepare, { rule: 'resize' }>;
}

const center = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;

/** What is over is 0 to 7 pixels: halves between two even and between two odd numbers, of rows and of columns. */
const odd = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((over): Case[] => [
  { from: [8 + over, 8, 1], shape: [8, 8, 1], rule: center },
  { from: [8, 8 + over, 1], shape: [8, 8, 1], rule: center },
  { from: [30, 20, 3], shape: [13, 11, 3], rule: { ...center, shorter: 13 + over } },
]);

const drawn = fc.sample(
  fc.record({
    from: fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom(1, 3)),
    side: fc.integer({ min: 1, max: 24 }),
    other: fc.integer({ min: 1, max: 24 }),
    more: fc.option(fc.integer({ min: 0, max: 9 })),
    filter: fc.constantFrom('bilinear', 'bicubic'),
  }),
  { numRuns: 200, seed: 1 },
);
const cases: Case[] = [
  ...odd,
  ...drawn.map(({ from, side, other, more, filter }): Case => {
    const shape = [side, other, from[2]] as const;
    const shorter = more === null ? {} : { shorter: Math.max(side, other) + more };
    return { from, shape, rule: { ...center, filter, ...shorter } };
  }),
  { from: [21, 13, 1], shape: [8, 8, 3], rule: center },
];

describe('a picture in the center', () => {
  const pictures = cases.map(({ from }, i) => noisePicture(i, ...from));
  const asked = cases.map(({ shape, rule }) => [...shape, rule.shorter ?? 0, rule.filter]);
  const theirs: [size: [number, number], bytes: number[]][] = JSON.parse(
    python(torchvision, [sizes(pictures), JSON.stringify(asked)], joined(pictures)),
  );

  it.each(cases.map((each, i) => ({ ...each, i })))('$from to $shape by $rule', ({ i, shape, rule }) => {
    const picture = pictures[i] ?? noisePicture(0, 1, 1, 1);
    expect([...preparePicture(picture, shape, rule)]).toEqual(theirs[i]?.[1]);
  });

  it('has been tried with every number of pixels over, of columns and of rows', () => {
    const over = cases.map(({ shape: [height, width] }, i) => {
      const [size = [0, 0]] = theirs[i] ?? [];
      return [size[0] - width, size[1] - height];
    });
    for (const side of [0, 1])
      expect(over.map((each) => each[side])).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, 5, 6, 7]));
  });
});

describe('a shape that fits no rule is refused:', () => {
  const picture = noisePicture(1, 30, 30, 3);

  it.each([
    [[28, 27, 1], { rule: 'digit' }],
    [[27, 28, 1], { rule: 'digit' }],
    [[28, 28, 3], { rule: 'digit' }],
    [[8, 8, 2], center],
    [[8, 8, 4], center],
  ] as const)('%j by %j', (shape, rule) => {
    expect(() => preparePicture(picture, shape, rule)).toThrow(RangeError);
  });
});

it.each<[string, Omit<Case, 'rule'> & { rule: Prepare }, number]>([
  ['before its resize and within', { from: [8, 8, 3], shape: [5, 5, 3], rule: center }, 3],
  ['for a digit that is reduced', { from: [520, 130, 1], shape: [28, 28, 1], rule: { rule: 'digit' } }, 3],
])('asks whether to go on: %s', (_, { from, shape, rule }, least) => {
  const picture = noisePicture(1, ...from);
  let asked = 0;
  preparePicture(picture, shape, rule, () => void asked++);
  expect(asked).toBeGreaterThanOrEqual(least);
  for (let at = 1; at <= least; at++) {
    let left = at;
    const stop = () => {
      if (--left === 0) throw new Error('nobody waits');
    };
    expect(() => preparePicture(picture, shape, rule, stop)).toThrow('nobody waits');
  }
});
