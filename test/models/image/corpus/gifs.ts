// GIFs as they are found: frames smaller than the canvas, transparent, interlaced, cut. Their codes are not compressed.
import fc from 'fast-check';
import type { CorpusFile } from './jpegs.ts';

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly transparent: boolean;
  readonly interlaced: boolean;
  readonly local: boolean;
}

const frame: fc.Arbitrary<Frame> = fc.record({
  x: fc.constantFrom(0, 0, 3),
  y: fc.constantFrom(0, 0, 2),
  width: fc.integer({ min: 1, max: 12 }),
  height: fc.integer({ min: 1, max: 12 }),
  transparent: fc.boolean(),
  interlaced: fc.boolean(),
  local: fc.boolean(),
});

const u16 = (n: number) => Buffer.of(n & 255, n >> 8);

const palette = (shift: number) =>
  Buffer.from(Array.from({ length: 24 }, (_, i) => ((i + shift) * 37) & 255));

/** Codes of 4 bits for colors of 3: a clear code before every fifth color keeps them so. */
function codesOf(pixels: readonly number[]): Buffer {
  const codes = [...pixels.flatMap((pixel, i) => (i % 5 === 0 ? [8, pixel] : [pixel])), 9];
  const bytes = Buffer.alloc(Math.ceil(codes.length / 2));
  for (const [i, code] of codes.entries()) bytes[i >> 1] = (bytes[i >> 1] ?? 0) | (code << ((i & 1) * 4));
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255);
    parts.push(Buffer.of(part.length), part);
  }
  return Buffer.concat([Buffer.of(3), ...parts, Buffer.of(0)]);
}

function frameOf({ x, y, width, height, transparent, interlaced, local }: Frame, i: number): Buffer {
  const pixels = Array.from({ length: width * height }, (_, k) => (k * 3 + i + (k >> 2)) % 8);
  const control = Buffer.of(0x21, 0xf9, 4, transparent ? 1 : 0, 10, 0, 2, 0);
  const packed = (local ? 0x82 : 0) | (interlaced ? 0x40 : 0);
  return Buffer.concat([
    control,
    Buffer.of(0x2c),
    ...[x, y, width, height].map(u16),
    Buffer.of(packed),
    local ? palette(5) : Buffer.alloc(0),
    codesOf(pixels),
  ]);
}

export const gifs: fc.Arbitrary<CorpusFile> = fc
  .record({
    version: fc.constantFrom('GIF89a', 'GIF87a'),
    canvas: fc.constantFrom([12, 12], [15, 14], [15, 14], [20, 9], [640, 480], [0, 0]),
    background: fc.constantFrom(0, 5),
    frames: fc.array(frame, { minLength: 1, maxLength: 3 }),
    comment: fc.boolean(),
    loop: fc.boolean(),
    ending: fc.constantFrom(
      'trailer',
      'trailer',
      'trailer',
      'no trailer',
      'bytes behind',
      'cut',
      'cut in the first frame',
    ),
  })
  .map(({ version, canvas, background, frames, comment, loop, ending }) => {
    const [width = 0, height = 0] = canvas;
    const start = Buffer.concat([
      Buffer.from(version),
      u16(width),
      u16(height),
      Buffer.of(0xf2, background, 0),
      palette(0),
      loop ? Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1') : Buffer.alloc(0),
      comment ? Buffer.from('\x21\xfe\x05hello\0', 'latin1') : Buffer.alloc(0),
    ]);
    const all = frames.map(frameOf);
    const whole = Buffer.concat([start, ...all]);
    const bytes = {
      trailer: Buffer.concat([whole, Buffer.of(0x3b)]),
      'no trailer': whole,
      'bytes behind': Buffer.concat([whole, Buffer.of(0x3b), Buffer.alloc(30, 9)]),
      cut: whole.subarray(0, whole.length - 4),
      'cut in the first frame': whole.subarray(0, start.length + (all[0]?.length ?? 0) - 6),
    }[ending];
    const [first] = frames;
    const covers =
      first !== undefined && first.x + first.y === 0 && first.width >= width && first.height >= height;
    const aside =
      covers || (first?.transparent && background === 0) ? undefined : 'what is around the first picture';
    return {
      aside,
      what: `${ending}, ${JSON.stringify({ version, canvas, background, frames, comment, loop })}`,
      bytes,
    };
  });
