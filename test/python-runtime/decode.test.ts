// Files of every kind give the pixels in Python that they give here: those of PNG to the byte, and those of the other formats
// wherever Pillow's and sharp's libraries do not differ (docs/pictures.md).
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { flattenAlpha } from '../../models/image/alpha.ts';
import { decodePicture } from '../../models/image/decode/decode.ts';
import { Damaged } from '../../models/image/file/damaged.ts';
import { detectFormat, isDecodable } from '../../models/image/file/format.ts';
import { readHeader } from '../../models/image/file/header.ts';
import { bmps } from '../models/image/corpus/bmps.ts';
import { gifs } from '../models/image/corpus/gifs.ts';
import { type CorpusFile, jpegParts, jpegs } from '../models/image/corpus/jpegs.ts';
import { pngs } from '../models/image/corpus/pngs.ts';
import { tiffs } from '../models/image/corpus/tiffs.ts';
import { webps } from '../models/image/corpus/webps.ts';
import { runtime } from './runtime.ts';

const SEED = Number(process.env.SEED ?? 1);

const script = `
from trainyard_runtime.decode import decode
from trainyard_runtime.prepare import on_white
answers = []
for i in range(int(sys.argv[2])):
    try:
        rgb = on_white(decode(pathlib.Path(sys.argv[1], str(i))))
    except trainyard_runtime.PictureError as error:
        answers.append('refused')
        continue
    rgb = np.ascontiguousarray(np.broadcast_to(rgb, (*rgb.shape[:2], 3)))
    answers.append(f'{rgb.shape[1]},{rgb.shape[0]} {hashlib.sha256(rgb.tobytes()).hexdigest()}')
print(json.dumps(answers))
`;

function inPython(files: readonly Uint8Array[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-decode-'));
  try {
    for (const [i, bytes] of files.entries()) writeFileSync(join(folder, String(i)), bytes);
    const answers = runtime(script, [folder, String(files.length)]);
    if (!Array.isArray(answers)) throw new Error('no list came back');
    return answers;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refusalOf(file: Uint8Array): unknown {
  const script = `
from trainyard_runtime.decode import decode
try:
    decode(sys.stdin.buffer.read())
    print('"it was read"')
except trainyard_runtime.PictureError as error:
    print(json.dumps(str(error)))
`;
  return runtime(script, [], Buffer.from(file));
}

async function here(bytes: Uint8Array): Promise<string> {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) return 'refused';
  try {
    const { data, width, height, channels } = flattenAlpha(
      await decodePicture(bytes, readHeader(bytes, format)),
    );
    const rgb = Buffer.alloc(width * height * 3);
    for (let i = 0; i < rgb.length; i++)
      rgb[i] = data[Math.floor(i / 3) * channels + (channels === 1 ? 0 : i % 3)] ?? 0;
    return `${width},${height} ${createHash('sha256').update(rgb).digest('hex')}`;
  } catch (error) {
    if (error instanceof Damaged) return 'refused';
    throw error;
  }
}

const kinds: readonly [
  name: string,
  make: () => fc.Arbitrary<CorpusFile> | Promise<fc.Arbitrary<CorpusFile>>,
][] = [
  ['PNG', () => pngs],
  ['JPEG', () => jpegs(jpegParts())],
  ['WebP', webps],
  ['GIF', () => gifs],
  ['TIFF', tiffs],
  ['BMP', () => bmps],
];

/** The largest difference of a file's pixels here and in Python. */
async function differenceOf(bytes: Uint8Array): Promise<number> {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) throw new Error(`it is taken for ${format.name}`);
  const { data, width, height, channels } = await decodePicture(bytes, readHeader(bytes, format));
  const pixels = `
from trainyard_runtime.decode import decode
picture = decode(sys.stdin.buffer.read(int(sys.argv[1])))
theirs = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape([int(n) for n in sys.argv[2:]])
same = picture.shape == theirs.shape
print(int(np.abs(picture.astype(np.int16) - theirs).max()) if same else json.dumps([picture.shape, theirs.shape]))
`;
  const sizes = [bytes.length, height, width, channels].map(String);
  return Number(runtime(pixels, sizes, Buffer.concat([bytes, Buffer.from(data)])));
}

const noise = Buffer.from(
  Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919 + (i >> 5) * 31) & 255),
);
const inks = () => colored().blur(4).toColorspace('cmyk');
const colored = () => sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });

it.each([
  ['a PNG in Display P3', () => colored().withIccProfile('p3').png()],
  ['one with transparency', () => colored().ensureAlpha(0.5).withIccProfile('p3').png()],
  ['a JPEG in Display P3', () => colored().blur(4).withIccProfile('p3').jpeg({ quality: 95 })],
  ['print inks with a profile', () => colored().blur(4).toColorspace('cmyk').withIccProfile('cmyk').jpeg()],
  ['print inks without one', () => inks().jpeg()],
  ['print inks of a TIFF', () => inks().tiff()],
])('applies color profiles, to one level of 255: %s', async (_, make) => {
  const bytes = new Uint8Array(await make().toBuffer());
  expect(await differenceOf(bytes)).toBeLessThanOrEqual(1);
});

/** Without the segment by which programs of Adobe say that inks are inverted. */
function withoutAdobe(jpeg: Buffer): Buffer {
  const at = jpeg.indexOf('Adobe') - 4;
  expect(jpeg.readUInt16BE(at)).toBe(0xffee);
  return Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2))]);
}

/** Without the signature of ICC profiles. Reference: ICC.1:2022, 7.2.11. */
function withDamagedProfile(jpeg: Buffer): Buffer {
  const damaged = Buffer.from(jpeg);
  damaged.write('none', damaged.indexOf('acsp'));
  return damaged;
}

it.each([
  ['which no program of Adobe has written', withoutAdobe],
  ['whose profile is damaged', withDamagedProfile],
])('reads print inks of a JPEG %s, to one level of 255', async (_, change) => {
  const bytes = change(await inks().withIccProfile('cmyk').jpeg().toBuffer());
  expect(await differenceOf(new Uint8Array(bytes))).toBeLessThanOrEqual(1);
});

it('halves a JPEG of more than 65 megapixels while it is decoded, and refuses a PNG of so many', async () => {
  const { data } = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .resize(8101, 8051)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const large = () => sharp(data, { raw: { width: 8101, height: 8051, channels: 3 } });
  const jpeg = new Uint8Array(await large().jpeg().toBuffer());
  expect(await differenceOf(jpeg)).toBeLessThanOrEqual(8); // of 255; measured: 7, where colors have half of the pixels
  const png = await colored().png().toBuffer();
  png.writeUInt32BE(9000, 16); // as its header says, which is looked at first
  png.writeUInt32BE(9000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  expect(refusalOf(png)).toMatch(/^it has 9000x9000 pixels, expected 65,000,000 at most/);
});

/** Reasons for which Pillow differs that the package takes away. */
const MENDED = /^gray of 16 bits|^a transparent gray|EXIF/;

it.each(kinds)('%s', async (_, make) => {
  const files = fc.sample(await make(), { numRuns: 150, seed: SEED });
  const theirs = inPython(files.map(({ bytes }) => bytes));
  let read = 0;
  for (const [i, { what, bytes, aside }] of files.entries()) {
    if (aside !== undefined && !MENDED.test(aside)) continue;
    const ours = await here(bytes);
    expect(theirs[i], `seed ${SEED}, file ${i}: ${what}`).toBe(ours);
    if (ours !== 'refused') read++;
  }
  expect(read).toBeGreaterThan(10);
});
