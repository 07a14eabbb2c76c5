// Odd files: each is used as the server would see it, with a word about it, or left out with a reason; none is fatal.
import { rmSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cacheFolder } from '../../../../setup/paths.mjs';
import { checkHeader, decode, decodeChecked } from '../../../../train/datasets/folder/decode.ts';
import { findingsInWords } from '../../../../train/datasets/folder/findings-in-words.ts';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import { imagesOf, type MemoryDataset } from '../../../../train/datasets/index.ts';
import { decodeUpload } from '../../../serve/decode/decode-upload.ts';
import { cifar, noise, type Place, photographs, picture, temporaryPlace } from './pictures.ts';

let place: Place;
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
    // High enough, and wide enough.
    'a/flat.png': await noise(14).extract({ left: 0, top: 0, width: 32, height: 15 }).png().toBuffer(),
    'a/high.png': await noise(15).extract({ left: 0, top: 0, width: 15, height: 32 }).png().toBuffer(),
    'a/half.png': await noise(16).extract({ left: 0, top: 0, width: 16, height: 16 }).png().toBuffer(),
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
});
afterAll(() => place.close());

const options = {
  shape: [32, 32, 3] as const,
  rule: { rule: 'resize', filter: 'bilinear', crop: 'center' } as const,
  valid: 0.2,
};
/** The folder as it is the first time. */
function prepared() {
  rmSync(cacheFolder(), { recursive: true, force: true });
  return loadFolder(place.path, options);
}

it('takes what the server takes, and says what is odd', async () => {
  const dataset = await prepared();
  expect(dataset.findings?.remarks).toEqual({
    animated: ['a/animated.gif'],
    cmyk: ['a/cmyk.jpg'],
    deep: ['a/deep.png'],
    turned: ['a/turned.jpg'],
    misnamed: ['a/no-ending', 'a/really-a.png'],
    small: ['a/flat.png', 'a/high.png', 'a/small.png'],
    transparent: ['a/clear.png'], // of the animation, the second frame is
  });
  const used = [...(dataset.train.files ?? []), ...(dataset.validation.files ?? [])];
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

it('lists what cannot be used, each with its reason', async () => {
  const dataset = await prepared();
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
    const { findings, validation: test } = await loadFolder(other.path, options);
    expect(findings?.copies).toEqual([
      ['cats/3.png', 'cats/again.png'],
      ['cats/5.png', 'dogs/wrong.png'],
    ]);
    expect(findings?.contradictions).toEqual([['cats/5.png', 'dogs/wrong.png']]);
    const sides = (i: number) =>
      [`cats/${i}.png`, `cats/copy-of-${i}.jpg`].filter((file) => test.files?.includes(file));
    const across = Array.from({ length: 20 }, (_, i) => i + 20).filter((i) => sides(i).length === 1);
    expect(across.length).toBeGreaterThan(2);
    const found = findings?.nearDuplicates.map((pair) => [pair.train, pair.other].sort().join(' ')) ?? [];
    expect(found.sort()).toEqual(across.map((i) => `cats/${i}.png cats/copy-of-${i}.jpg`).sort());
  } finally {
    other.close();
  }
});

it('is known again with all that is odd', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  const first = await prepared();
  let read = 0;
  const again = await loadFolder(place.path, { ...options, onProgress: () => void read++ });
  expect([read, again.findings]).toEqual([0, first.findings]);
});

it('has an ending that should be another where it has one by right: in a shard names are numbers', async () => {
  const bytes = odd['a/really-a.png'] ?? Buffer.of();
  const remarks = async (path?: string) => (await decodeChecked(path, bytes, checkHeader(bytes))).remarks;
  expect([await remarks('a.PNG'), await remarks('a.JPG'), await remarks()]).toEqual([['misnamed'], [], []]);
});

it('is refused by the size of the upright picture before it is decoded', async () => {
  const refusal = async (orientation: number, width: number, height: number) => {
    const jpeg = await noise(5).withMetadata({ orientation }).jpeg().toBuffer();
    // The frame's marker, its length, bits, then height and width.
    const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0)) + 5;
    jpeg.writeUInt16BE(height, frame);
    jpeg.writeUInt16BE(width, frame + 2);
    try {
      checkHeader(jpeg);
      return 'no refusal';
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  for (const orientation of [1, 2, 3, 4])
    expect(await refusal(orientation, 60_000, 40_000)).toMatch(
      /^it is of 30000x20000, which is 600 megapixels/,
    );
  for (const orientation of [5, 6, 7, 8])
    expect(await refusal(orientation, 60_000, 40_000)).toMatch(
      /^it is of 20000x30000, which is 600 megapixels/,
    );
  // A telephone's photograph of 108 megapixels is halved.
  expect(await refusal(1, 12_000, 9_000)).toBe('no refusal');
});

it('keeps a small picture a picture: its pixels are enlarged, not lost', async () => {
  const dataset = await prepared();
  const [at = -1] = [dataset.train.files?.indexOf('a/small.png') ?? -1];
  const split = at >= 0 ? dataset.train : dataset.validation;
  const index = split.files?.indexOf('a/small.png') ?? 0;
  expect(new Set(imagesOf(split, index, index + 1)).size).toBeGreaterThan(20);
  expect(picture(imagesOf(split, index, index + 1))).toBeDefined();
});
