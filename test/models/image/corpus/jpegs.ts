// JPEGs as they are found: their coded data from libjpeg-turbo, everything around it put together here.
import fc from 'fast-check';
import { codedJpegs } from './codings.ts';
import { exifOf, isUsual, oddExif, usualExif } from './exif.ts';
import { noisePixels } from './noise.ts';

/** Sides of all pictures: no multiples of a block, and not the same. */
export const [width, height] = [37, 22];

/** The coded pictures that segments are put around. */
export interface JpegParts {
  /** From behind SOI to SOS, without JFIF. */
  readonly tables: Buffer;
  /** From SOS to before EOI. */
  readonly scans: Buffer;
}

export function jpegParts(): Record<string, JpegParts> {
  const files = codedJpegs(noisePixels(width, height, 3), width, height);
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, split(file)]));
}

/** APP14, which says how colors are coded. */
const ADOBE = 0xee;

function split(jpeg: Buffer): JpegParts {
  const kept: Buffer[] = [];
  let at = 2;
  for (; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2))
    if ((jpeg[at + 1] ?? 0) < 0xe0 || jpeg[at + 1] === ADOBE)
      kept.push(jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)));
  return { tables: Buffer.concat(kept), scans: jpeg.subarray(at, jpeg.length - 2) };
}

export function segment(marker: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255), body]);
}

const EXIF = Buffer.from('Exif\0\0');
const jfif = segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'));
const xmp = segment(
  0xe1,
  Buffer.from(
    'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>',
  ),
);
const others = {
  none: Buffer.alloc(0),
  comment: segment(0xfe, Buffer.from('hello')),
  photoshop: segment(0xed, Buffer.from('Photoshop 3.0\x008BIM')),
  empty: segment(0xe5),
  adobe: segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\x01', 'latin1')),
};

const exif = fc.oneof({ arbitrary: usualExif, weight: 3 }, { arbitrary: oddExif, weight: 2 });

interface Block {
  readonly what: string;
  readonly bytes: Buffer;
  /** Whether every reader reads it the same way. */
  readonly usual: boolean;
}

const app1 = (...content: Uint8Array[]) => segment(0xe1, ...content);

/** Forms of APP1. */
const blocks: fc.Arbitrary<Block> = fc.oneof(
  {
    weight: 6,
    arbitrary: exif.map((shape) => ({
      what: JSON.stringify(shape),
      bytes: app1(EXIF, exifOf(shape)),
      usual: isUsual(shape),
    })),
  },
  fc.tuple(exif, exif).map((shapes) => ({
    what: `two of ${JSON.stringify(shapes)}`,
    bytes: Buffer.concat(shapes.map((shape) => app1(EXIF, exifOf(shape)))),
    usual: isUsual(shapes[0]),
  })),
  fc.tuple(usualExif, fc.integer({ min: 0, max: 40 })).map(([shape, cut]) => ({
    what: `in two segments after ${cut} bytes, ${JSON.stringify(shape)}`,
    bytes: Buffer.concat([
      app1(EXIF, exifOf(shape).subarray(0, cut)),
      app1(EXIF, exifOf(shape).subarray(cut)),
    ]),
    usual: false,
  })),
  fc.tuple(usualExif, fc.integer({ min: 0, max: 60 })).map(([shape, length]) => ({
    what: `cut to ${length} bytes, ${JSON.stringify(shape)}`,
    bytes: app1(EXIF, exifOf(shape).subarray(0, length)),
    usual: false,
  })),
  fc
    .tuple(usualExif, fc.constantFrom('Exif\0\xff', 'Exif\0', 'EXIF\0\0', 'exif\0\0', 'Exif  ', ''))
    .map(([shape, name]) => ({
      what: `called ${JSON.stringify(name)}, ${JSON.stringify(shape)}`,
      bytes: app1(Buffer.from(name, 'latin1'), exifOf(shape)),
      usual: true,
    })),
);

/** Kinds that have such a segment of their own, or may not have one. */
const special: ReadonlySet<string> = new Set(['gray', 'RGB', 'CMYK', 'YCCK', 'lossless']);

/** What stands behind the scans. */
const endings: Record<string, (whole: Buffer) => Buffer> = {
  eoi: () => Buffer.of(0xff, 0xd9),
  'no EOI': () => Buffer.alloc(0),
  'a second EOI': () => Buffer.of(0xff, 0xd9, 0xff, 0xd9),
  'fill before EOI': () => Buffer.of(0xff, 0xff, 0xff, 0xd9),
  'zeros behind': () => Buffer.concat([Buffer.of(0xff, 0xd9), Buffer.alloc(64)]),
  "Samsung's trailer": () =>
    Buffer.concat([
      Buffer.of(0xff, 0xd9),
      Buffer.from('\0\0\x01\n\x0e\0\0\0Image_UTC_Data1500000000000SEFH', 'latin1'),
    ]),
  'trailer without EOI': () =>
    Buffer.from('\0\0\x01\n\x0e\0\0\0Image_UTC_Data1500000000000SEFHk\0\0\0SEFT', 'latin1'),
  'zeros without EOI': () => Buffer.alloc(64),
  'a second picture': (whole) => Buffer.concat([Buffer.of(0xff, 0xd9), whole, Buffer.of(0xff, 0xd9)]),
  'a second picture without EOI between': (whole) => Buffer.concat([whole, Buffer.of(0xff, 0xd9)]),
  'a video': () =>
    Buffer.concat([Buffer.of(0xff, 0xd9), Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0', 'latin1')]),
};

export interface CorpusFile {
  /** For messages. */
  readonly what: string;
  readonly bytes: Buffer;
  /** Why Pillow and sharp may differ; where there is no reason, they do not. */
  readonly aside: string | undefined;
}

/** JPEGs of `parts` with all that may stand around their data. */
export function jpegs(parts: Record<string, JpegParts>): fc.Arbitrary<CorpusFile> {
  return fc
    .record({
      kind: fc.constantFrom(...Object.keys(parts)),
      app1: fc.option(blocks, { freq: 5 }),
      place: fc.constantFrom('first', 'after JFIF', 'after XMP', 'after SOF', 'last'),
      jfif: fc.boolean(),
      other: fc.constantFrom(...(Object.keys(others) as (keyof typeof others)[])),
      fill: fc.constantFrom(0, 0, 0, 1, 7),
      ending: fc.oneof(
        { weight: 2, arbitrary: fc.constant('eoi') },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(endings)) },
      ),
    })
    .map(({ kind, app1, place, fill, other, ending, ...rest }) => {
      const { tables, scans } = parts[kind] ?? { tables: Buffer.alloc(0), scans: Buffer.alloc(0) };
      const block = app1 === null ? Buffer.alloc(0) : app1.bytes;
      const padding = Buffer.alloc(fill, 0xff);
      const start = Buffer.of(0xff, 0xd8);
      const at = (name: string) => (place === name ? Buffer.concat([padding, block]) : Buffer.alloc(0));
      const whole = Buffer.concat([
        start,
        at('first'),
        ...(rest.jfif ? [jfif] : []),
        at('after JFIF'),
        others[other === 'adobe' && special.has(kind) ? 'none' : other],
        ...(place === 'after XMP' ? [xmp] : []),
        at('after XMP'),
        tables,
        at('after SOF'),
        padding,
        at('last'),
        scans,
      ]);
      const what = `${kind}, ${JSON.stringify({ place, fill, other, ending, ...rest })}, ${app1?.what}`;
      const aside =
        kind === 'CMYK' || kind === 'YCCK'
          ? 'inks'
          : ending.includes('EOI')
            ? 'how much of an end each wants'
            : app1?.usual === false
              ? 'EXIF that is odd'
              : undefined;
      return { what, aside, bytes: Buffer.concat([whole, endings[ending]?.(whole) ?? Buffer.alloc(0)]) };
    });
}
