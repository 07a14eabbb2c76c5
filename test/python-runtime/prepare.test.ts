// The rules for pictures in Python are those of models/image, to the byte: random pictures of any size through both.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { preparePicture } from '../../models/image/prepare.ts';
import { noisePicture } from '../models/image/pictures.ts';
import { type Case, drawn, photographed, resized } from './pictures.ts';
import { runtime } from './runtime.ts';

const script = `
from trainyard_runtime.prepare import prepare
answers = []
for size, shape, rule in json.loads(sys.argv[1]):
    data = sys.stdin.buffer.read(int(np.prod(size)))
    answers.append(prepare(np.frombuffer(data, np.uint8).reshape(size), tuple(shape), rule).tobytes().hex())
print(json.dumps(answers))
`;

function inPython(cases: readonly Case[]): unknown {
  const asked = cases.map(({ picture: { height, width, channels }, shape, rule }) => [
    [height, width, channels],
    shape,
    rule,
  ]);
  return runtime(
    script,
    [JSON.stringify(asked)],
    Buffer.concat(cases.map(({ picture }) => Buffer.from(picture.data))),
  );
}

const ours = ({ picture, shape, rule }: Case) =>
  Buffer.from(preparePicture(picture, shape, rule)).toString('hex');

function expectEqual(cases: readonly Case[]): void {
  const theirs = inPython(cases);
  for (const [i, each] of cases.entries()) {
    const { picture, shape, rule } = each;
    const what = `case ${i}: ${picture.width}x${picture.height}x${picture.channels} to ${shape} by ${JSON.stringify(rule)}`;
    expect(Array.isArray(theirs) && theirs[i], what).toBe(ours(each));
  }
}

const SEED = Number(process.env.SEED ?? 1);

it('resizes any picture to any input to the byte', () => {
  expectEqual(fc.sample(resized, { numRuns: 400, seed: SEED }));
});

it('resizes to the byte what Pillow cannot make whole, or in the other order', () => {
  const center = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
  const stretch = { ...center, crop: 'stretch' } as const;
  const bicubic = { ...center, filter: 'bicubic' } as const;
  expectEqual(
    [
      { size: [1, 30_000] as const, rule: center },
      { size: [30_000, 1] as const, rule: bicubic },
      { size: [3, 30_000] as const, rule: stretch },
      { size: [2, 400_000] as const, rule: { ...stretch, filter: 'bicubic' } as const },
      { size: [30_000, 2] as const, rule: { ...center, shorter: 224 } },
    ].map(({ size: [width, height], rule }) => ({
      picture: noisePicture(width, width, height, 3, 'extremes'),
      shape: [224, 224, 3] as const,
      rule,
    })),
  );
});

it('finds the digit of any drawing to the byte', () => {
  const cases = fc.sample(drawn, { numRuns: 400, seed: SEED });
  expect(cases.filter((each) => /[1-9a-f]/.test(ours(each))).length).toBeGreaterThan(150);
  expectEqual(cases);
});

it('finds the digit of any photograph to the byte', () => {
  expectEqual(fc.sample(photographed, { numRuns: 40, seed: SEED }));
});
