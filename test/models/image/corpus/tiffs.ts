// TIFFs as programs write them, by libtiff through sharp, with orientations and further pages.
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { type CorpusFile, height, width } from './jpegs.ts';
import { noisePixels } from './noise.ts';
import { tiffPages } from './pages.ts';

export async function tiffs(): Promise<fc.Arbitrary<CorpusFile>> {
  const raw = (channels: 1 | 3 | 4) =>
    sharp(noisePixels(width, height, channels), { raw: { width, height, channels } });
  const deep = sharp(
    Uint16Array.from(noisePixels(width, height, 3), (n) => n * 257),
    { raw: { width, height, channels: 3 } },
  );
  const files: Record<string, Sharp> = {};
  for (const compression of ['none', 'lzw', 'deflate', 'packbits', 'jpeg'] as const) {
    files[`RGB ${compression}`] = raw(3).tiff({ compression, predictor: 'none' });
    files[`gray ${compression}`] = raw(1).toColorspace('b-w').tiff({ compression, predictor: 'none' });
  }
  files.predictor = raw(3).tiff({ compression: 'lzw', predictor: 'horizontal' });
  files.alpha = raw(4).tiff({ compression: 'lzw' });
  files.tiles = raw(3).tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 });
  files['1 bit'] = raw(1)
    .toColorspace('b-w')
    .threshold(128)
    .tiff({ compression: 'deflate', predictor: 'none', bitdepth: 1 });
  files['4 bits'] = raw(1).toColorspace('b-w').tiff({ compression: 'none', bitdepth: 4 });
  files.big = raw(3).tiff({ compression: 'none', bigtiff: true });
  files['16 bits'] = deep.toColorspace('rgb16').tiff({ compression: 'none' });
  files.pages = sharp(noisePixels(width, height * 2, 3), {
    raw: { width, height: height * 2, channels: 3, pageHeight: height },
  }).tiff({ compression: 'none' });
  files.CMYK = raw(3).toColorspace('cmyk').tiff({ compression: 'none' });
  const encoded = Object.entries(files).map(async ([name, file]) => [
    name,
    await file.withMetadata({ orientation: 1 }).toBuffer(),
  ]);
  const whole: Record<string, Buffer> = Object.fromEntries(await Promise.all(encoded));
  const written = fc
    .record({
      name: fc.constantFrom(...Object.keys(whole)),
      orientation: fc.integer({ min: 0, max: 9 }),
      ending: fc.constantFrom('whole' as const, 'whole', 'whole', 'cut', 'bytes behind'),
    })
    .map(({ name, orientation, ending }) => {
      const file = turned(whole[name] ?? Buffer.alloc(0), orientation);
      return {
        what: `${name}, ${ending}, turned ${orientation}`,
        aside: asideOf(name, ending, orientation),
        bytes: {
          whole: file,
          cut: file.subarray(0, file.length >> 1),
          'bytes behind': Buffer.concat([file, Buffer.alloc(9)]),
        }[ending],
      };
    });
  return fc.oneof({ weight: 3, arbitrary: written }, { weight: 1, arbitrary: tiffPages });
}

function asideOf(name: string, ending: string, orientation: number): string | undefined {
  if (name === '16 bits' || name === 'CMYK') return 'how each makes 8-bit sRGB of them';
  if (orientation === 0 || orientation === 9) return 'libtiff refuses such an orientation';
  return ending === 'cut' ? 'how much of a cut file each wants' : undefined;
}

/** A little-endian TIFF with another orientation. */
function turned(tiff: Buffer, orientation: number): Buffer {
  const out = Buffer.from(tiff);
  const entry = out.indexOf(Buffer.of(0x12, 0x01, 3, 0, 1, 0, 0, 0));
  if (entry === -1) throw new Error('there is no orientation');
  out.writeUInt16LE(orientation, out.readUInt16LE(2) === 43 ? entry + 12 : entry + 8);
  return out;
}
