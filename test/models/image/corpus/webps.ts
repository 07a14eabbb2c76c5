// WebPs of every kind, their chunks put together here around data of libwebp.
import fc from 'fast-check';
import sharp from 'sharp';
import { exifOf, isUsual, oddExif, usualExif } from './exif.ts';
import { type CorpusFile, height, width } from './jpegs.ts';
import { noisePixels } from './noise.ts';

function chunk(name: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** The chunks of a file that hold its pixels. */
function pixelChunks(webp: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let at = 12; at + 8 <= webp.length; ) {
    const end = at + 8 + webp.readUInt32LE(at + 4);
    if (/^(VP8 |VP8L|ALPH)$/.test(webp.toString('latin1', at, at + 4)))
      kept.push(webp.subarray(at, end + (end % 2)));
    at = end + (end % 2);
  }
  return Buffer.concat(kept);
}

/** Places of frames on the canvas: some fill it, some do not. */
const framePlaces = [
  [0, 0],
  [4, 2],
] as const;

/** An animation of these stills, with what may be behind it. */
function animation(
  stills: readonly Buffer[],
  { covers, exif, xmp }: { covers: boolean; exif: Buffer; xmp: Buffer },
): Buffer {
  const [right, bottom] = framePlaces[1];
  const [across, down] = covers ? [width, height] : [width + right, height + bottom];
  const header = Buffer.alloc(10);
  header[0] = 0x02 | 0x10 | (exif.length > 0 ? 8 : 0) | (xmp.length > 0 ? 4 : 0);
  header.writeUIntLE(across - 1, 4, 3);
  header.writeUIntLE(down - 1, 7, 3);
  const frames = stills.map((still, i) => {
    const [x, y] = covers ? [0, 0] : (framePlaces[i % 2] ?? [0, 0]);
    const place = Buffer.alloc(16);
    for (const [at, n] of [x / 2, y / 2, width - 1, height - 1, 50].entries())
      place.writeUIntLE(n, at * 3, 3);
    return chunk('ANMF', Buffer.concat([place, pixelChunks(still)]));
  });
  const content = Buffer.concat([
    chunk('VP8X', header),
    chunk('ANIM', Buffer.alloc(6)),
    ...frames,
    exif,
    xmp,
  ]);
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(content.length + 4, 4);
  return Buffer.concat([riff, content]);
}

const endings = ['nothing', 'bytes behind', 'size too small', 'size too large', 'cut'] as const;

export async function webps(): Promise<fc.Arbitrary<CorpusFile>> {
  const raw = (channels: 3 | 4) =>
    sharp(noisePixels(width, height, channels), { raw: { width, height, channels } });
  const frames = sharp(noisePixels(width, height * 2, 3), {
    raw: { width, height: height * 2, channels: 3, pageHeight: height },
  });
  const files = {
    lossy: await raw(3).webp({ quality: 70 }).toBuffer(),
    lossless: await raw(3).webp({ lossless: true }).toBuffer(),
    'lossy with alpha': await raw(4).webp({ quality: 70 }).toBuffer(),
    'lossless with alpha': await raw(4).webp({ lossless: true }).toBuffer(),
    animated: await frames.webp({ lossless: true, delay: [50, 50] }).toBuffer(),
    profile: await raw(3).withIccProfile('srgb').webp().toBuffer(),
  };
  const animations = fc
    .record({
      stills: fc.array(fc.constantFrom('lossy', 'lossless', 'lossy with alpha', 'lossless with alpha'), {
        minLength: 1,
        maxLength: 4,
      }),
      covers: fc.boolean(),
      exif: fc.option(usualExif),
      xmp: fc.boolean(),
      ending: fc.constantFrom('nothing' as const, 'nothing', 'nothing', ...endings),
    })
    .map(({ stills, covers, exif, xmp, ending }) => ({
      what: `animation of ${stills}, ${ending}, ${JSON.stringify({ covers, exif, xmp })}`,
      aside: covers ? undefined : 'what is around the first picture',
      bytes: ended(
        animation(
          stills.map((still) => files[still]),
          {
            covers,
            exif: exif === null ? Buffer.alloc(0) : chunk('EXIF', exifOf(exif)),
            xmp: xmp ? chunk('XMP ', Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')) : Buffer.alloc(0),
          },
        ),
        ending,
      ),
    }));
  const stills = fc
    .record({
      kind: fc.constantFrom(...(Object.keys(files) as (keyof typeof files)[])),
      extended: fc.boolean(),
      exif: fc.option(
        fc.record({
          shape: fc.oneof(usualExif, oddExif),
          named: fc.boolean(),
          flag: fc.constantFrom(true, true, true, false),
          first: fc.boolean(),
          again: fc.boolean(),
        }),
        { freq: 4 },
      ),
      xmp: fc.boolean(),
      ending: fc.oneof(
        { weight: 2, arbitrary: fc.constant('nothing' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...endings) },
      ),
    })
    .map(({ kind, extended, exif, xmp, ending }) => {
      const what = `${kind}, ${ending}, ${JSON.stringify({ extended, xmp, exif })}`;
      const aside = exif !== null && (!exif.flag || !isUsual(exif.shape)) ? 'EXIF that is odd' : undefined;
      if (kind === 'animated' || kind === 'profile')
        return { what, aside: undefined, bytes: ended(files[kind], ending) };
      const pixels = pixelChunks(files[kind]);
      const header = Buffer.alloc(10);
      const alpha = kind.endsWith('alpha');
      header[0] = (alpha ? 0x10 : 0) | (exif?.flag ? 8 : 0) | (xmp ? 4 : 0);
      header.writeUIntLE(width - 1, 4, 3);
      header.writeUIntLE(height - 1, 7, 3);
      const needsHeader = extended || exif !== null || xmp || kind === 'lossy with alpha';
      const block =
        exif === null
          ? Buffer.alloc(0)
          : chunk('EXIF', Buffer.concat([Buffer.from(exif.named ? 'Exif\0\0' : ''), exifOf(exif.shape)]));
      const second = exif?.again
        ? chunk('EXIF', exifOf({ ...exif.shape, value: 5, type: 3 }))
        : Buffer.alloc(0);
      const content = Buffer.concat([
        ...(needsHeader ? [chunk('VP8X', header)] : []),
        ...(exif?.first ? [block] : []),
        pixels,
        ...(exif?.first ? [] : [block]),
        second,
        ...(xmp ? [chunk('XMP ', Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'))] : []),
      ]);
      const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
      riff.writeUInt32LE(content.length + 4, 4);
      return { what, aside, bytes: ended(Buffer.concat([riff, content]), ending) };
    });
  return fc.oneof({ weight: 3, arbitrary: stills }, { weight: 1, arbitrary: animations });
}

function ended(webp: Buffer, ending: (typeof endings)[number]): Buffer {
  const out = Buffer.from(webp);
  if (ending === 'bytes behind') return Buffer.concat([out, Buffer.alloc(20, 7)]);
  if (ending === 'cut') return out.subarray(0, out.length - 20);
  if (ending === 'size too small') out.writeUInt32LE(out.readUInt32LE(4) - 10, 4);
  if (ending === 'size too large') out.writeUInt32LE(out.readUInt32LE(4) + 10, 4);
  return out;
}
