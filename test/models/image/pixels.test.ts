// What becomes of single pixels: alpha on white, color to gray, each orientation upright; on small pictures, by Pillow's bytes.
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { flattenAlpha } from '../../../models/image/alpha.ts';
import { gray } from '../../../models/image/gray.ts';
import { orient } from '../../../models/image/orient.ts';
import { checkPicture, type Orientation, type Picture } from '../../../models/image/picture.ts';
import { preparePicture } from '../../../models/image/prepare.ts';
import { python } from '../../python.ts';
import { digest, joined, noisePicture, openPictures, sizes } from './pictures.ts';

const pillow = `${openPictures}
def flat(p):
    if p.mode != 'RGBA': return p
    return Image.alpha_composite(Image.new('RGBA', p.size, 'white'), p).convert('RGB')
def turned(p, orientation):
    p.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(p)
def told(p):
    return [*p.size, digest(p)]
print(json.dumps([{
    'flat': told(flat(p)),
    'gray': told(flat(p).convert('L')),
    'turned': [told(turned(p, i)) for i in range(1, 9)],
    'stretched': told(flat(p).convert('RGB').resize((5, 4), Image.BILINEAR)),
    'in gray': told(flat(p).convert('L').resize((5, 4), Image.BICUBIC)),
} for p in pictures]))
`;

/** Every level of gray under every alpha, and noise of all sizes that a side may be. */
const every: Picture = {
  data: Uint8Array.from({ length: 256 * 256 * 4 }, (_, i) => {
    const [level, alpha] = [(i >> 2) & 255, i >> 10];
    return [level, 255 - level, level ^ 0x55, alpha][i & 3] ?? 0;
  }),
  width: 256,
  height: 256,
  channels: 4,
};
const pictures = [
  every,
  ...([1, 3, 4] as const).flatMap((channels) =>
    [
      [1, 1],
      [7, 1],
      [1, 5],
      [6, 4],
      [33, 20],
    ].map(([width = 1, height = 1], i) => noisePicture(i + channels, width, height, channels)),
  ),
];

const told = (picture: Picture) => [picture.width, picture.height, digest(picture)];

describe('as Pillow has them:', () => {
  const theirs: Record<'flat' | 'gray' | 'turned' | 'stretched' | 'in gray', unknown>[] = JSON.parse(
    python(pillow, [sizes(pictures)], joined(pictures)),
  );
  const field = (name: keyof (typeof theirs)[number]) => theirs.map((each) => each[name]);
  const input = (data: Uint8Array, channels: 1 | 3) => told({ data, width: 5, height: 4, channels });

  it('alpha on white', () => {
    expect(pictures.map((picture) => told(flattenAlpha(picture)))).toEqual(field('flat'));
  });

  it('gray', () => {
    expect(pictures.map((picture) => told(gray(picture)))).toEqual(field('gray'));
  });

  it('every orientation upright', () => {
    const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(pictures.map((picture) => orientations.map((each) => told(orient(picture, each))))).toEqual(
      field('turned'),
    );
  });

  it('one that is upright is given back itself', () => {
    for (const picture of pictures) expect(orient(picture, 1)).toBe(picture);
  });

  it('inputs of a stretched picture, in color and in gray', () => {
    const rule = { rule: 'resize', crop: 'stretch' } as const;
    expect(
      pictures.map((picture) =>
        input(preparePicture(picture, [4, 5, 3], { ...rule, filter: 'bilinear' }), 3),
      ),
    ).toEqual(field('stretched'));
    expect(
      pictures.map((picture) => input(preparePicture(picture, [4, 5, 1], { ...rule, filter: 'bicubic' }), 1)),
    ).toEqual(field('in gray'));
  });
});

describe('what is no picture is refused:', () => {
  const picture = noisePicture(1, 4, 3, 3);
  it.each<[string, Partial<Record<keyof Picture, unknown>>, string]>([
    [
      'numbers from 0 to 1',
      { data: new Float32Array(36) },
      'picture: data: received Float32Array, expected a Uint8Array',
    ],
    ['an array', { data: Array(36).fill(0) }, 'picture: data: received Array, expected a Uint8Array'],
    ['two channels', { channels: 2 }, 'picture: channels: received 2, expected 1, 3 or 4'],
    ['a byte too few', { data: new Uint8Array(35) }, 'picture: received 35 bytes for 4x3x3'],
    ['a byte too many', { data: new Uint8Array(37) }, 'picture: received 37 bytes for 4x3x3'],
    ['half a width', { width: 1.5, height: 8 }, 'picture: received 36 bytes for 1.5x8x3'],
    ['half a height', { width: 8, height: 1.5 }, 'picture: received 36 bytes for 8x1.5x3'],
    ['sides below zero', { width: -4, height: -3 }, 'picture: received 36 bytes for -4x-3x3'],
    ['no width', { data: new Uint8Array(), width: 0 }, 'picture: received 0 bytes for 0x3x3'],
    ['no height', { data: new Uint8Array(), height: 0 }, 'picture: received 0 bytes for 4x0x3'],
  ])('%s', (_, change, words) => {
    const wrong = { ...picture, ...change } as Picture;
    for (const take of [
      checkPicture,
      flattenAlpha,
      gray,
      (each: Picture) => orient(each, 2),
      (each: Picture) => orient(each, 1),
    ])
      expect(() => take(wrong)).toThrow(words);
    expect(() => checkPicture(wrong)).toThrow(RangeError);
  });

  it('but that of a canvas is one, and one of another realm', () => {
    for (const data of [new Uint8ClampedArray(36), runInNewContext('new Uint8Array(36)')])
      expect(() => checkPicture({ ...picture, data })).not.toThrow();
  });
});
