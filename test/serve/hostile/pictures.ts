// Attacks by what the picture is: damaged, cut off, larger than it looks, or no picture at all.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import {
  busy,
  type Format,
  formats,
  gif,
  jpegClaiming,
  plain,
  pngChunk,
  pngClaiming,
  pngOf,
  webpClaiming,
} from '../pictures.ts';
import { type Attack, type Family, type Next, noise, pick, post, whole } from './attack.ts';
import { formWith } from './forms.ts';

/** As the body, or in a form. */
function sent(next: Next, kind: string, picture: Uint8Array): Attack {
  if (next() < 0.5) return post(kind, '/classify', picture, { 'Content-Type': 'image/png' });
  const { body, type } = formWith(picture);
  return post(`${kind}, in a form`, '/classify', body, { 'Content-Type': type });
}

/** Bytes of a whole picture, of any format and a few sizes. */
async function someBytes(next: Next): Promise<{ format: Format; bytes: Buffer }> {
  const format = pick(next, formats);
  return { format, bytes: await busy(format, whole(next, 1, 80), whole(next, 1, 60)) };
}

/** Bytes changed, left out and doubled, half of it in the first 64: headers are where the traps are. */
export const damaged: Family = async (next) => {
  const { format, bytes } = await someBytes(next);
  return sent(next, `damaged ${format}`, damage(bytes, next));
};

export function damage(whole: Uint8Array, next: Next): Uint8Array {
  const bytes = [...whole];
  const times = 1 + Math.floor(next() * 8);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(next() * (next() < 0.5 ? Math.min(64, bytes.length) : bytes.length));
    const kind = next();
    if (kind < 0.8) bytes[at] = Math.floor(next() * 256);
    else if (kind < 0.9) bytes.splice(at, 1 + Math.floor(next() * 16));
    else bytes.splice(at, 0, ...bytes.slice(at, at + 16));
  }
  return Uint8Array.from(bytes);
}

/** Cut off anywhere. */
export const cut: Family = async (next) => {
  const { format, bytes } = await someBytes(next);
  return sent(next, `${format} cut off`, bytes.subarray(0, whole(next, 1, bytes.length - 1)));
};

/** The beginning of one format with the end of another, or a picture with something behind it. */
export const polyglot: Family = async (next) => {
  const [a, b] = [await someBytes(next), await someBytes(next)];
  const tails = [
    Buffer.from('<script>alert(1)</script>'),
    Buffer.from('PK\x03\x04'),
    Buffer.from('%PDF-1.7\n'),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    b.bytes,
    noise(next, 500),
  ];
  const start = next() < 0.5 ? a.bytes : a.bytes.subarray(0, whole(next, 4, 40));
  return sent(next, `${a.format} and more`, Buffer.concat([start, pick(next, tails)]));
};

const texts = {
  SVG: '<svg xmlns="http://www.w3.org/2000/svg" width="9999" height="9999"><rect width="9" height="9"/></svg>',
  'SVG that includes a file':
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&f;</text></svg>',
  'SVG that doubles itself': `<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaa">${Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY ${String.fromCharCode(98 + i)} "${`&${String.fromCharCode(97 + i)};`.repeat(10)}">`,
  ).join('')}]><svg>&j;</svg>`,
  HTML: '<!doctype html><img src=x onerror=alert(1)>',
  PDF: '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj',
  PostScript: '%!PS-Adobe-3.0\n(x) run',
  TIFF: 'II*\0\x08\0\0\0',
  BMP: 'BM\xff\xff\xff\xff',
  AVIF: '\0\0\0\x1cftypavif',
  'ImageMagick script': 'push graphic-context\nfill "url(https://localhost/)"\n',
  nothing: '',
  zeros: '\0'.repeat(4096),
};

export const noPicture: Family = (next) => {
  const [kind, text] = pick(next, Object.entries(texts));
  if (next() < 0.2) return sent(next, 'noise', noise(next, whole(next, 1, 5000)));
  return sent(next, kind, Buffer.from(text, 'latin1'));
};

/** Small files that claim, or hold, very much. Those that hold much are dear to answer: few of the attacks. */
const claims: readonly [kind: string, make: (next: Next) => Buffer | Promise<Buffer>][] = [
  [
    'PNG of many pixels',
    (next) => pngClaiming(whole(next, 10_000, 2 ** 31 - 1), whole(next, 10_000, 2 ** 31 - 1)),
  ],
  ['PNG 65,535 wide', (next) => pngClaiming(65_535, whole(next, 1, 700))],
  ['PNG 65,535 high', (next) => pngClaiming(whole(next, 1, 700), 65_535)],
  ['PNG of no size', (next) => pngClaiming(whole(next, 0, 1), 0)],
  ['JPEG of many pixels', (next) => jpegClaiming(whole(next, 10_000, 65_535), whole(next, 10_000, 65_535))],
  ['JPEG 65,535 wide', (next) => jpegClaiming(65_535, whole(next, 0, 600))],
  ['JPEG 65,535 high', (next) => jpegClaiming(whole(next, 0, 600), 65_535)],
  ['WebP 16,384 wide', (next) => webpClaiming(16_384, whole(next, 1, 16_384))],
  ['GIF of many pixels', (next) => gif(65_535, whole(next, 1_000, 65_535), whole(next, 1, 3))],
  ['GIF of many frames', (next) => gif(whole(next, 1, 64), 64, whole(next, 1_000, 5_000))],
  ['GIF of no size', () => gif(0, 0, 1)],
  ['PNG whose text unpacks to 64 MiB', () => textBomb],
  ['PNG whose profile unpacks to 64 MiB', () => profileBomb],
  ['JPEG of a thousand scans', () => scanBomb(1_000)],
  ['WebP of many frames', () => manyFrames()],
];

export const claiming: Family = async (next) => {
  const [kind, make] = pick(next, claims);
  return sent(next, kind, await make(next));
};

/** A true picture of 49 megapixels in 50 kB. */
export const large: Family = (next) => sent(next, 'PNG of 49 megapixels', largest);

const largest = pngClaiming(7_000, 7_000, 7_000);

const zeros = deflateSync(Buffer.alloc(64 * 1024 * 1024));
const onePixel = { width: 1, height: 1, rows: Buffer.from([0, 0]) };
const textBomb = pngOf(onePixel, [pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), zeros]))]);
const profileBomb = pngOf(onePixel, [pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), zeros]))]);

/** A progressive JPEG whose last scan comes again and again: each is work on all of its pixels. */
async function scanBomb(times: number): Promise<Buffer> {
  const jpeg = await sharp(await plain('red', 'png', 500, 500))
    .jpeg({ progressive: true })
    .toBuffer();
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(last, jpeg.length - 2);
  return Buffer.concat([
    jpeg.subarray(0, last),
    ...Array<Buffer>(times).fill(scan),
    jpeg.subarray(jpeg.length - 2),
  ]);
}

let frames: Promise<Buffer> | undefined;

/** Made once: it takes a while. */
function manyFrames(): Promise<Buffer> {
  const [side, count] = [8, 1_000];
  const pixels = Buffer.alloc(side * side * count * 3, 200);
  for (let i = 0; i < count; i++) pixels[i * side * side * 3] = i;
  frames ??= sharp(pixels, { raw: { width: side, height: side * count, channels: 3, pageHeight: side } })
    .webp({ lossless: true })
    .toBuffer();
  return frames;
}
