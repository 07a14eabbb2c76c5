// Odd files: each is used as the server would see it, with a word about it, or left out with a reason; none is fatal.
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode } from '../../../../train/datasets/folder/decode.ts';
import { findingsInWords } from '../../../../train/datasets/folder/findings-in-words.ts';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import type { Dataset } from '../../../../train/datasets/index.ts';
import { imagesOf, type MemoryDataset } from '../../../../train/datasets/index.ts';
import { decodeUpload } from '../../../serve/decode/decode-upload.ts';
import { cifar, noise, type Place, photographs, picture, temporaryPlace } from './pictures.ts';

let place: Place;
let dataset: Dataset;
let photos: MemoryDataset;
const odd: Record<string, Buffer> = {};

beforeAll(async () => {
  photos = await cifar();
  place = temporaryPlace();
  const [tall, wide] = [noise(1, 40), noise(2, 40)];
  const frames = Buffer.concat([await noise(3).raw().toBuffer(), await noise(4).raw().toBuffer()]);
  Object.assign(odd, {
    'a/cmyk.jpg': await noise(5).toColorspace('cmyk').jpeg().toBuffer(),
    'a/deep.png': await noise(6).toColorspace('rgb16').png().toBuffer(),
    'a/turned.jpg': await tall
      .extract({ left: 0, top: 0, width: 40, height: 24 })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer(),
    'a/animated.gif': await sharp(frames, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } })
      .gif()
      .toBuffer(),
    'a/really-a.png': await wide.jpeg().toBuffer(),
    'a/no-ending': await noise(7).webp().toBuffer(),
    'a/small.png': await noise(8).extract({ left: 0, top: 0, width: 6, height: 6 }).png().toBuffer(),
    'a/clear.png': await noise(9).ensureAlpha(0.5).png().toBuffer(),
    'a/gray.png': await noise(10).grayscale().png().toBuffer(),
    'a/plan.tif': await noise(12).tiff().toBuffer(),
  });
  for (const [name, bytes] of Object.entries(odd)) place.write(name, bytes);
  const whole = await noise(11).jpeg().toBuffer();
  const broken: Record<string, Buffer | string> = {
    'a/tiny.png': await noise(8).extract({ left: 0, top: 0, width: 3, height: 6 }).png().toBuffer(),
    'a/text.jpg': 'a picture of a cat',
    'a/empty.jpg': '',
    'a/cut.jpg': whole.subarray(0, whole.length / 2),
    'a/photo.heic': Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    'a/pointer.jpg': 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    'a/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    'loose.png': await noise(13).png().toBuffer(),
  };
  for (const [name, bytes] of Object.entries(broken)) place.write(name, bytes);
  for (const [i, bytes] of (await photographs(photos, 'cat', 4)).entries()) place.write(`b/${i}.png`, bytes);
  dataset = await loadFolder(place.path, {
    shape: [32, 32, 3],
    rule: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    valid: 0.2,
  });
});
afterAll(() => place.close());

it('takes what the server takes, and says what is odd', () => {
  expect(dataset.findings?.remarks).toEqual({
    animated: ['a/animated.gif'],
    cmyk: ['a/cmyk.jpg'],
    deep: ['a/deep.png'],
    turned: ['a/turned.jpg'],
    misnamed: ['a/no-ending', 'a/really-a.png'],
    small: ['a/small.png'],
    transparent: ['a/clear.png'], // of the animation, the second frame is
  });
  const used = [...(dataset.train.files ?? []), ...(dataset.test.files ?? [])];
  expect(used.sort()).toEqual([...Object.keys(odd), 'b/0.png', 'b/1.png', 'b/2.png', 'b/3.png'].sort());
});

it('decodes each to the very pixels that the server sees', async () => {
  for (const [name, bytes] of Object.entries(odd)) {
    const [ours, theirs] = [(await decode(name, bytes)).picture, await decodeUpload(bytes)];
    const flat = ({ data, width, height, channels }: typeof ours) => ({
      name,
      width,
      height,
      channels,
      data: [...data],
    });
    expect(flat(ours)).toEqual(flat(theirs));
  }
});

it('lists what cannot be used, each with its reason', () => {
  expect(dataset.findings?.problems.map(({ path, reason }) => [path, reason.split(':')[0]])).toEqual([
    ['a/cut.jpg', 'the JPEG is damaged'],
    ['a/drawing.svg', 'it is SVG, which is not read'],
    ['a/empty.jpg', 'the file is empty'],
    ['a/photo.heic', 'it is HEIC, which is not read'],
    ['a/pointer.jpg', 'it is a Git LFS pointer, which is not read'],
    ['a/text.jpg', 'it is a text ("a picture of a cat"), which is not read'],
    ['a/tiny.png', '3x6 pixels show nothing; 4 along each side are the least'],
    ['loose.png', 'in no class folder, so it has no label'],
  ]);
  const told = findingsInWords(dataset).join('\n');
  expect(told).toContain('2 classes (training+validation): a ');
  expect(told).toContain('Left out: a/cut.jpg: the JPEG is damaged');
  expect(told).toContain('Left out: 5 more files.');
  expect(told).toContain('1 file: CMYK: turned into sRGB.');
});

it('finds copies, contradictions, and pictures that look alike across the split, and no others', async () => {
  const cats = await photographs(photos, 'cat', 60);
  const dogs = await photographs(photos, 'dog', 60);
  const other = temporaryPlace();
  for (const [i, bytes] of cats.entries()) other.write(`cats/${i}.png`, bytes);
  for (const [i, bytes] of dogs.entries()) other.write(`dogs/${i}.png`, bytes);
  other.write('cats/again.png', cats[3] ?? '');
  other.write('dogs/wrong.png', cats[5] ?? '');
  // Recompressed, enlarged and lightened: other bytes, so they fall on either side of the split by chance.
  for (let i = 0; i < 20; i++) {
    const jpeg = sharp(cats[i + 20])
      .resize(64, 64)
      .modulate({ brightness: 1.1 })
      .jpeg({ quality: 80 });
    other.write(`cats/copy-of-${i + 20}.jpg`, await jpeg.toBuffer());
  }
  try {
    const { findings, test } = await loadFolder(other.path, {
      shape: [32, 32, 3],
      rule: { rule: 'resize', filter: 'bilinear', crop: 'center' },
      valid: 0.2,
    });
    expect(findings?.copies).toEqual([
      ['cats/3.png', 'cats/again.png'],
      ['cats/5.png', 'dogs/wrong.png'],
    ]);
    expect(findings?.contradictions).toEqual([['cats/5.png', 'dogs/wrong.png']]);
    const sides = (i: number) =>
      [`cats/${i}.png`, `cats/copy-of-${i}.jpg`].filter((file) => test.files?.includes(file));
    const across = Array.from({ length: 20 }, (_, i) => i + 20).filter((i) => sides(i).length === 1);
    expect(across.length).toBeGreaterThan(2);
    const found = findings?.nearDuplicates.map((pair) => [pair.train, pair.test].sort().join(' ')) ?? [];
    expect(found.sort()).toEqual(across.map((i) => `cats/${i}.png cats/copy-of-${i}.jpg`).sort());
  } finally {
    other.close();
  }
});

it('keeps a small picture a picture: its pixels are enlarged, not lost', () => {
  const [at = -1] = [dataset.train.files?.indexOf('a/small.png') ?? -1];
  const split = at >= 0 ? dataset.train : dataset.test;
  const index = split.files?.indexOf('a/small.png') ?? 0;
  expect(new Set(imagesOf(split, index, index + 1)).size).toBeGreaterThan(20);
  expect(picture(imagesOf(split, index, index + 1))).toBeDefined();
});
