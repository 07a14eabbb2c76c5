// What is no picture that is read is named for what it is, with what to do: files that Pillow, Python and sharp write, and
// the beginnings of those that none of them does.
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { detectFormat, isDecodable } from '../../../../models/image/file/format.ts';
import {
  endingOf,
  endingsInWords,
  isNamedAsPicture,
  isOtherFile,
  withoutPictureEnding,
} from '../../../../models/image/file/names.ts';
import { python } from '../../../python.ts';

const script = `
import base64, gzip, io, json, tarfile, zipfile
import numpy as np
from PIL import Image, features
image = Image.new("RGB", (16, 16), "red")
out = {}
for name in ("AVIF", "JPEG2000", "ICO", "PDF", "EPS", "PPM", "DDS", "QOI", "TGA"):
    if name == "AVIF" and not features.check("avif"): continue
    buffer = io.BytesIO()
    image.save(buffer, name)
    out[name] = buffer.getvalue()
buffer = io.BytesIO()
image.save(buffer, "JPEG2000", no_jp2=True)
out["codestream"] = buffer.getvalue()
for mode in ("L", "LA", "P", "1", "RGBA"):
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, "TGA")
    out[f"TGA of {mode}"] = buffer.getvalue()
buffer = io.BytesIO()
image.save(buffer, "TGA", compression="tga_rle")
out["TGA of runs"] = buffer.getvalue()
for mode in ("F", "I", "I;16", "L"):
    buffer = io.BytesIO()
    image.convert("L").convert(mode).save(buffer, "TIFF")
    out[f"TIFF of {mode}"] = buffer.getvalue()
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive: archive.writestr("a.txt", "hello")
out["zip"] = buffer.getvalue()
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w") as archive: archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
out["tar"] = buffer.getvalue()
out["gzip"] = gzip.compress(b"hello")
buffer = io.BytesIO()
zipfile.ZipFile(buffer, "w").close()
out["empty zip"] = buffer.getvalue()
buffer = io.BytesIO()
np.save(buffer, np.zeros((2, 2)))
out["npy"] = buffer.getvalue()
Image.init()
read = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF")
out["endings"] = json.dumps([
    ending for ending, name in Image.registered_extensions().items()
    if name in read or ending in (".jp2", ".avif")
]).encode()
print(json.dumps({name: base64.b64encode(data).decode() for name, data in out.items()}))
`;

let written: Record<string, string>;
beforeAll(() => {
  written = JSON.parse(python(script));
});

function nameOf(bytes: Uint8Array): string {
  const format = detectFormat(bytes);
  if (isDecodable(format)) return `decoded as ${format}`;
  expect(format.advice).not.toBe('');
  return format.name;
}

test.each([
  ['JPEG2000', 'JPEG 2000'],
  ['codestream', 'JPEG 2000'],
  ['ICO', 'ICO'],
  ['PDF', 'PDF'],
  ['EPS', 'PostScript'],
  ['PPM', 'a portable anymap (PNM)'],
  ['DDS', 'a DirectDraw texture (DDS)'],
  ['QOI', 'QOI'],
  ['zip', 'a ZIP archive'],
  ['tar', 'a tar archive'],
  ['gzip', 'a gzip archive'],
  ['empty zip', 'a ZIP archive'],
  ['npy', 'a NumPy array'],
  ['TGA', 'TGA'],
  ['TGA of L', 'TGA'],
  ['TGA of LA', 'TGA'],
  ['TGA of P', 'TGA'],
  ['TGA of 1', 'TGA'],
  ['TGA of RGBA', 'TGA'],
  ['TGA of runs', 'TGA'],
  ['TIFF of F', 'a TIFF of floating-point numbers'],
  ['TIFF of I', 'a TIFF of more than 16 bits'],
  ['TIFF of I;16', 'decoded as TIFF'],
  ['TIFF of L', 'decoded as TIFF'],
])('%s, as Python writes it', (name, expected) => {
  expect(nameOf(Buffer.from(written[name] ?? '', 'base64'))).toBe(expected);
});

test('AVIF, as sharp writes it', async () => {
  const image = sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } });
  expect(nameOf(await image.avif().toBuffer())).toBe('AVIF');
});

/** A TIFF whose first directory has these tags, each a LONG. */
function tiff(tags: readonly (readonly [tag: number, value: number])[]): Buffer {
  const out = Buffer.alloc(10 + tags.length * 12 + 4);
  out.write('II*\0\x08\0\0\0', 'latin1');
  out.writeUInt16LE(tags.length, 8);
  for (const [i, [tag, value]] of tags.entries()) {
    out.writeUInt16LE(tag, 10 + i * 12);
    out.writeUInt16LE(4, 12 + i * 12);
    out.writeUInt32LE(1, 14 + i * 12);
    out.writeUInt32LE(value, 18 + i * 12);
  }
  return out;
}

const brand = (main: string, ...others: string[]) =>
  Buffer.concat([
    Buffer.of(0, 0, 0, 16 + others.length * 4),
    Buffer.from(`ftyp${main}\0\0\0\0${others.join('')}`, 'latin1'),
  ]);

test.each<[string, Uint8Array, string]>([
  ['an iPhone’s photograph', brand('heic', 'mif1', 'heic'), 'HEIC'],
  ['one of an iPad', brand('mif1', 'mif1', 'heic'), 'HEIC'],
  ['AVIF under the general brand', brand('mif1', 'mif1', 'avif', 'miaf'), 'AVIF'],
  ['an iPhone’s video', brand('qt  '), 'a video'],
  ['MP4', brand('isom', 'mp41'), 'a video'],
  ['Matroska', Buffer.from('\x1a\x45\xdf\xa3', 'latin1'), 'a video'],
  ['AVI', Buffer.from('RIFF\0\0\0\0AVI LIST'), 'a video'],
  ['Canon CR3', brand('crx ', 'crx ', 'isom'), 'camera RAW'],
  ['Canon CR2', Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), 'camera RAW'],
  [
    'Adobe DNG',
    tiff([
      [254, 0],
      [256, 6000],
      [50_706, 0x0401],
    ]),
    'camera RAW',
  ],
  [
    'Nikon NEF, Sony ARW',
    tiff([
      [254, 1],
      [256, 160],
      [330, 8],
    ]),
    'camera RAW',
  ],
  ['Fujifilm', Buffer.from('FUJIFILMCCD-RAW 0201'), 'camera RAW'],
  ['Panasonic', Buffer.from('IIU\0\x18\0\0\0', 'latin1'), 'camera RAW'],
  ['JPEG XL', Buffer.of(0xff, 0x0a, 0xfa), 'JPEG XL'],
  ['JPEG XL in a container', Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1'), 'JPEG XL'],
  ['Photoshop', Buffer.from('8BPS\0\x01'), 'a Photoshop document'],
  ['JPEG XR', Buffer.from('II\xbc\x01', 'latin1'), 'JPEG XR'],
  ['Olympus', Buffer.from('IIRO\x08\0\0\0', 'latin1'), 'camera RAW'],
  ['Olympus in its second form', Buffer.from('IIRS\x08\0\0\0', 'latin1'), 'camera RAW'],
  ['Olympus with the high byte first', Buffer.from('MMOR\0\0\0\x08', 'latin1'), 'camera RAW'],
  ['Sigma', Buffer.from('FOVb\0\0\x02\0', 'latin1'), 'camera RAW'],
  ['PostScript of DOS', Buffer.from('\xc5\xd0\xd3\xc6\x20\0', 'latin1'), 'PostScript'],
  ['OpenEXR', Buffer.from('\x76\x2f\x31\x01\x02\0', 'latin1'), 'OpenEXR'],
  ['Radiance', Buffer.from('#?RADIANCE\nFORMAT=32-bit_rle_rgbe'), 'Radiance HDR'],
  ['Flash video', Buffer.from('FLV\x01\x05\0', 'latin1'), 'a video'],
  ['MPEG’s program stream', Buffer.from('\0\0\x01\xba\x44', 'latin1'), 'a video'],
  ['MPEG’s video stream', Buffer.from('\0\0\x01\xb3\x16', 'latin1'), 'a video'],
  ['Ogg', Buffer.from('OggS\0\x02', 'latin1'), 'a video'],
  ['Windows Media', Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex'), 'a video'],
  ['QuickTime without a brand', Buffer.from('\0\0\x02\0moov\0\0', 'latin1'), 'a video'],
  ['QuickTime whose data are first', Buffer.from('\0\0\x02\0mdat\0\0', 'latin1'), 'a video'],
  ['RAR', Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'), 'a RAR archive'],
  ['7-Zip', Buffer.from('377abcaf271c0004', 'hex'), 'a 7z archive'],
  ['DICOM', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM\x02\0')]), 'DICOM'],
  ['a cursor', Buffer.from('0000020001002020000000', 'hex'), 'ICO'],
  ['JPEG XL under its brand', brand('jxl '), 'JPEG XL'],
  ['a sequence of HEIF', brand('msf1', 'hevc'), 'HEIC'],
  ['a sequence of AVIF', brand('avis'), 'AVIF'],
  [
    'an older pointer of Git LFS',
    Buffer.from('version https://hawser.github.com/spec/v1\n'),
    'a Git LFS pointer',
  ],
  ['a page that begins with its head', Buffer.from('<head><title>x</title>'), 'a web page'],
  ['a page that begins with its body', Buffer.from('<BODY>'), 'a web page'],
  ['a document of some type', Buffer.from('<!DOCTYPE svg>\n<svg>'), 'SVG'],
  ['XML of some type', Buffer.from('<!DOCTYPE plist>\n<plist>'), 'XML'],
  ['a refusal without a declaration', Buffer.from('<Error><Code>NoSuchKey</Code>'), 'XML'],
  ['JSON of a list', Buffer.from('\n [1]'), 'JSON'],
  ['a text in UTF-16, high byte first', Buffer.from('feff00480069', 'hex'), 'a text ("Hi")'],
  ['a text of many lines', Buffer.from(`${'x'.repeat(41)}\nyz`), `a text ("${'x'.repeat(40)}...")`],
  ['a text of forty letters', Buffer.from(`${'x'.repeat(40)}\r\nyz`), `a text ("${'x'.repeat(40)}")`],
  [
    'nine bytes',
    Buffer.of(1, 2, 3, 4, 5, 6, 7, 8, 255),
    '9 bytes of an unknown format (starting with hex 0102030405060708)',
  ],
  [
    'Git LFS',
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
    'a Git LFS pointer',
  ],
  ['git-annex', Buffer.from('/annex/objects/SHA256E-s1--4d7a.jpg\n'), 'a git-annex pointer'],
  ['a page', Buffer.from('\n<!DOCTYPE html>\n<html><title>404'), 'a web page'],
  ['a page with a comment', Buffer.from('<!-- saved --><HTML>'), 'a web page'],
  ['S3’s refusal', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code>'), 'XML'],
  ['SVG', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'SVG'],
  ['SVG in UTF-16', Buffer.from('\ufeff<svg xmlns="a"/>', 'utf16le'), 'SVG'],
  ['JSON', Buffer.from('{"message": "Not Found"}'), 'JSON'],
  ['a text', Buffer.from('404: Not Found'), 'a text ("404: Not Found")'],
  [
    'a text that begins like a BMP',
    Buffer.from('BMW and other makers of motorcars'),
    'a text ("BMW and other makers of motorcars")',
  ],
  ['a text in Greek', Buffer.from('Δεν βρέθηκε\n'), 'a text ("Δεν βρέθηκε")'],
  [
    'a text that begins like a BMP, with a parenthesis where the size of a header is',
    Buffer.from('BM of 2019 or (others)'),
    'a text ("BM of 2019 or (others)")',
  ],
  ...[
    [0x41, 0xfe],
    [0xff, 0x41],
    [0xfe, 0x41],
    [0x41, 0xff],
  ].map(([first = 0, second = 0]): [string, Uint8Array, string] => [
    `half of a mark of UTF-16: ${first}, ${second}`,
    Buffer.of(first, second, 0x41, 0x42),
    `4 bytes of an unknown format (starting with hex ${Buffer.of(first, second).toString('hex')}4142)`,
  ]),
  ['a page with a drawing in it', Buffer.from('<html><svg viewBox="0 0 1 1"></svg>'), 'a web page'],
  [
    'HEIC, behind whose brands is another one',
    Buffer.concat([brand('mif1', 'mif1'), Buffer.from('avif')]),
    'HEIC',
  ],
  ['AVIF by the last of its brands', brand('mif1', 'mif1', 'miaf', 'avif'), 'AVIF'],
  [
    'what has the size of a BMP’s header, but not its first letters',
    Buffer.from('\x01\x02............(\0\0\0....', 'latin1'),
    '22 bytes of an unknown format (starting with hex 01022e2e2e2e2e2e)',
  ],
  [
    'a BMP that ends within the size of its header',
    Buffer.from('BM............(\0\0', 'latin1'),
    '17 bytes of an unknown format (starting with hex 424d2e2e2e2e2e2e)',
  ],
  ['nothing', Buffer.alloc(0), 'an empty file'],
  ['a file that was never downloaded', Buffer.alloc(4096), 'nothing but zeros'],
  [
    'what macOS writes beside files',
    Buffer.from('\0\x05\x16\x07\0\x02', 'latin1'),
    'macOS metadata (AppleDouble)',
  ],
  ['anything else', Buffer.of(1, 2, 3), '3 bytes of an unknown format (starting with hex 010203)'],
])('%s', (_, bytes, expected) => {
  expect(nameOf(bytes)).toBe(expected);
});

test('what only begins like a TGA is none: without a side, or with a palette of another kind', () => {
  const bytes = Buffer.from(written['TGA of P'] ?? '', 'base64');
  for (const [at, others] of [
    [12, [0, 0]],
    [14, [0, 0]],
    [1, [2]],
    [1, [0, 10]],
    [2, [4]],
    [5, [0, 0]],
    [16, [7]],
  ] as const) {
    const other = Buffer.from(bytes);
    other.set(others, at);
    expect(nameOf(other), `${others} at ${at}`).toMatch(/^\d+ bytes of an unknown format/);
    // Of a side of 256, the first byte is 0.
    if (at === 12 || at === 14) {
      other[at + 1] = 1;
      expect(nameOf(other)).toBe('TGA');
    }
  }
  expect(nameOf(bytes.subarray(0, 17))).toMatch(/^17 bytes of an unknown format/);
  expect(nameOf(bytes.subarray(0, 18))).toBe('TGA');
});

test('a TIFF that is no RAW is one', () => {
  expect(
    nameOf(
      tiff([
        [254, 0],
        [256, 100],
        [257, 100],
      ]),
    ),
  ).toBe('decoded as TIFF');
});

test('names of pictures', () => {
  const endings: string[] = JSON.parse(Buffer.from(written.endings ?? '', 'base64').toString());
  for (const name of ['a.JPG', 'b.jpeg', 'c.tif', 'd.bmp', 'e.HEIC', 'x/y.webp'])
    expect(isNamedAsPicture(name), name).toBe(true);
  // Those that Pillow opens as the formats that we read, or name.
  expect(endings.length).toBeGreaterThan(12);
  for (const ending of endings) expect(isNamedAsPicture(`a${ending}`), ending).toBe(true);
  for (const ending of ['.heic', '.heif', '.jxl']) expect(isNamedAsPicture(`a${ending}`), ending).toBe(true);
  for (const name of ['a.txt', 'jpg', 'b.jpg.json', 'c']) expect(isNamedAsPicture(name), name).toBe(false);
  expect(['a.b/C.JPEG', 'x/a.tiff.txt', 'x.y/name', '.png', 'a.heif'].map(withoutPictureEnding)).toEqual([
    ...['a.b/C', 'x/a.tiff.txt', 'x.y/name', '', 'a'],
  ]);
  expect(['a/b.JSON', 'x.y/Name', 'a.tar.gz'].map(endingOf)).toEqual(['.json', 'Name', '.gz']);
});

test('names of what is no picture', () => {
  const others = [
    'a.json',
    'b.YAML',
    'c.yml',
    'd.htm',
    'e.html',
    'f.tgz',
    'g.tfrecord',
    'h.tfrecords',
    'i.docx',
    // The first and the last of each row of the list.
    ...['j.toml', 'k.c', 'l.pptx', 'm.zip', 'n.aac', 'o.npy', 'p.dmg', 'q.aae', 'r.names'],
  ];
  const known = [
    'LICENSE',
    'x/readme',
    'Makefile',
    'events.out.tfevents.123',
    'd/events.out.tfevents.1.host',
  ];
  for (const name of [...others, ...known]) expect(isOtherFile(name), name).toBe(true);
  for (const name of [
    'a.jpg',
    'json',
    'a.json2',
    '1.jpg_large',
    'license-plate',
    'my-readme',
    'xevents.out.tfevents.1',
  ])
    expect(isOtherFile(name), name).toBe(false);
});

test('endings are counted, the most frequent ones first, five of them', () => {
  const few = new Map([
    ['.txt', 3],
    ['.b', 1],
    ['.a', 1],
    ['.md', 7],
  ]);
  expect(endingsInWords(few)).toBe('7 .md, 3 .txt, 1 .a, 1 .b');
  const many = new Map([...few, ['.c', 1], ['.d', 1], ['.e', 1]]);
  expect(endingsInWords(many)).toBe('7 .md, 3 .txt, 1 .a, 1 .b, 1 .c and 2 more');
});
