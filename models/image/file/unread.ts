// Names what is not decoded: other pictures, other files, and what stands in place of a picture that is not there.
import { latin1, startsWith } from './signature.ts';

/** A file that is not decoded. */
export interface Unread {
  /** What it is: `HEIC`, `a web page`. */
  readonly name: string;
  /** What to do. */
  readonly advice: string;
}

const CONVERT = 'turn it into JPEG or PNG';
const SCALE =
  'what is black and what is white in it is not said: scale it to whole numbers from 0 to 255, and save those with 8 bits';

const pictures = {
  HEIC: `${CONVERT} (sips -s format jpeg on a Mac, heif-convert on Linux); iPhones write JPEG with Settings, Camera, Formats, Most Compatible`,
  AVIF: `${CONVERT} (avifdec)`,
  'JPEG XL': `${CONVERT} (djxl)`,
  'JPEG 2000': `${CONVERT} (opj_decompress)`,
  'JPEG XR': CONVERT,
  'camera RAW': 'develop it: export it as JPEG from the camera’s or a photo program',
  'a Photoshop document': 'export it as JPEG or PNG',
  SVG: 'draw it as PNG (rsvg-convert)',
  PostScript: `${CONVERT} (gs -sDEVICE=png16m)`,
  PDF: 'take its pictures out (pdfimages), or draw its pages as PNG (pdftoppm -png)',
  ICO: CONVERT,
  TGA: CONVERT,
  'a TIFF of floating-point numbers': SCALE,
  'a TIFF of more than 16 bits': SCALE,
  'a portable anymap (PNM)': CONVERT,
  OpenEXR: CONVERT,
  'Radiance HDR': CONVERT,
  QOI: CONVERT,
  DICOM: `${CONVERT} (dcm2pnm)`,
  'a DirectDraw texture (DDS)': CONVERT,
  'a NumPy array': 'save it as PNG (PIL.Image.fromarray(a).save("a.png"))',
  'a video': 'take frames out of it (ffmpeg -i video.mp4 -r 1 %05d.png)',
  'a ZIP archive': 'unpack it',
  'a gzip archive': 'unpack it',
  'a RAR archive': 'unpack it',
  'a 7z archive': 'unpack it',
  'a tar archive': 'unpack it',
  'a Git LFS pointer': 'the picture itself is not here: git lfs install && git lfs pull',
  'a git-annex pointer': 'the picture itself is not here: git annex get',
  'a web page': 'a page was saved, perhaps an error, in place of the picture: download it again',
  XML: 'often an error of a storage service in place of the picture: download it again',
  JSON: 'often an error of a service in place of the picture: download it again',
  'macOS metadata (AppleDouble)': 'delete it: it belongs to the file whose name lacks the "._"',
  'nothing but zeros': 'it was never written or downloaded to its end: get it again',
  'an empty file': 'get it again',
  'a text': 'put the bytes of the picture in its place',
  'of an unknown format': CONVERT,
} as const;

export type Name = keyof typeof pictures;

/** First bytes, as latin1; a dot stands for any byte. Reference: the formats' specifications, and file(1). */
const signatures: readonly (readonly [Name, string])[] = [
  ['JPEG XL', '\xff\x0a'],
  ['JPEG XL', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  '],
  ['JPEG 2000', '\xff\x4f\xff\x51'],
  ['JPEG XR', 'II\xbc'],
  ['camera RAW', 'FUJIFILMCCD-RAW'],
  ['camera RAW', 'IIRO'],
  ['camera RAW', 'IIRS'],
  ['camera RAW', 'MMOR'],
  ['camera RAW', 'IIU\0'],
  ['camera RAW', 'FOVb'],
  ['a Photoshop document', '8BPS'],
  ['PostScript', '%!PS'],
  ['PostScript', '\xc5\xd0\xd3\xc6'],
  ['PDF', '%PDF-'],
  ['OpenEXR', '\x76\x2f\x31\x01'],
  ['Radiance HDR', '#?RADIANCE'],
  ['QOI', 'qoif'],
  ['a DirectDraw texture (DDS)', 'DDS '],
  ['a NumPy array', '\x93NUMPY'],
  ['a video', '\x1a\x45\xdf\xa3'],
  ['a video', 'RIFF....AVI '],
  ['a video', 'FLV\x01'],
  ['a video', '\0\0\x01\xba'],
  ['a video', '\0\0\x01\xb3'],
  ['a video', 'OggS'],
  ['a video', '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  ['a video', '....moov'],
  ['a video', '....mdat'],
  ['a ZIP archive', 'PK\x03\x04'],
  ['a ZIP archive', 'PK\x05\x06'],
  ['a gzip archive', '\x1f\x8b'],
  ['a RAR archive', 'Rar!'],
  ['a 7z archive', '7z\xbc\xaf\x27\x1c'],
  ['macOS metadata (AppleDouble)', '\0\x05\x16\x07'],
];

/** How texts begin, after white space, in lower case. */
const texts: readonly (readonly [Name, string])[] = [
  ['a Git LFS pointer', 'version https://git-lfs'],
  ['a Git LFS pointer', 'version https://hawser'],
  ['a git-annex pointer', '/annex/objects/'],
  ['SVG', '<svg'],
  ['a web page', '<!doctype html'],
  ['a web page', '<html'],
  ['a web page', '<head'],
  ['a web page', '<body'],
  ['XML', '<?xml'],
  ['XML', '<!'],
  ['XML', '<error'],
  ['JSON', '{'],
  ['JSON', '['],
];

/** Brands of ISO media files, by what the file then is. Reference: https://mp4ra.org/registered-types/brands. */
const brands: readonly (readonly [Name, RegExp])[] = [
  ['AVIF', /^(avif|avis)/],
  ['HEIC', /^(hei[cmsx]|hev[cmsx]|mif[12]|msf1)/],
  ['camera RAW', /^crx /],
  ['JPEG XL', /^jxl /],
];

/** Bytes that are looked at. */
const COMPARED = 512;

/**
 * What a file is that is not decoded.
 *
 * @param known - its name where the caller knows it
 */
export function unreadFormat(bytes: Uint8Array, known?: Name): Unread {
  const name = known ?? nameOf(bytes);
  const advice = pictures[name];
  if (name === 'a text') return { name: `a text (${beginningOf(bytes)})`, advice };
  if (name === 'of an unknown format')
    return { name: `${bytes.length} bytes ${name} (starting with hex ${hexOf(bytes)})`, advice };
  return { name, advice };
}

function nameOf(bytes: Uint8Array): Name {
  if (bytes.length === 0) return 'an empty file';
  const start = latin1(bytes.subarray(0, COMPARED));
  if (startsWith(start, '....ftyp')) return brandOf(start);
  const binary = signatures.find(([, signature]) => startsWith(start, signature));
  if (binary !== undefined) return binary[0];
  if (isIco(start)) return 'ICO';
  if (start.startsWith('DICM', 128)) return 'DICOM';
  if (start.startsWith('ustar', 257)) return 'a tar archive';
  if (/^P[1-7]\s/.test(start)) return 'a portable anymap (PNM)';
  if (/^\0+$/.test(start)) return 'nothing but zeros';
  const text = textOf(bytes);
  if (text === undefined) return isTga(bytes) ? 'TGA' : 'of an unknown format';
  const beginning = text.toLowerCase().replace(/^(\s*<!--[\s\S]*?-->)*\s*/, '');
  const found = texts.find(([, word]) => beginning.startsWith(word))?.[0];
  return found === 'XML' && /<svg[\s>]/.test(beginning) ? 'SVG' : (found ?? 'a text');
}

/** Whether an icon or a cursor has a list of pictures: a TGA may begin like one, but for their number. */
function isIco(start: string): boolean {
  const listed = !start.startsWith('\0\0', 4) && start[9] === '\0';
  return listed && (start.startsWith('\0\0\x01\0') || start.startsWith('\0\0\x02\0'));
}

/** Whether a file begins as a TGA, which has no signature: kinds, a size, and bits of a pixel that there are. */
function isTga(bytes: Uint8Array): boolean {
  if (bytes.length < 18) return false;
  const [palette = 0, kind = 0] = bytes.subarray(1, 3);
  const hasNumber = (at: number) => bytes[at] !== 0 || bytes[at + 1] !== 0;
  return (
    (hasNumber(5) ? palette === 1 : palette === 0) &&
    [1, 2, 3, 9, 10, 11].includes(kind) &&
    hasNumber(12) &&
    hasNumber(14) &&
    [1, 8, 15, 16, 24, 32].includes(bytes[16] ?? 0)
  );
}

/** By the main brand, or by the first of those that the file is compatible with that says what it is. */
function brandOf(start: string): Name {
  const length = Math.min(start.length, Math.max(16, start.charCodeAt(2) * 256 + start.charCodeAt(3)));
  const all = [start.slice(8, 12)];
  for (let at = 16; at + 4 <= length; at += 4) all.push(start.slice(at, at + 4));
  const isAvif = all.some((brand) => /^avi[fs]/.test(brand));
  const found = brands.find(([, brand]) => brand.test(all[0] ?? ''))?.[0];
  return found === 'HEIC' && isAvif ? 'AVIF' : (found ?? 'a video');
}

/** The beginning as text; undefined when it is none. */
function textOf(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, COMPARED);
  const [first, second] = start;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(start, { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no text has
  return /[\0-\x08\x0e-\x1a\x1c-\x1f\ufffd]/.test(text) ? undefined : text.trimStart();
}

function beginningOf(bytes: Uint8Array): string {
  const line = textOf(bytes)?.split(/[\r\n]/)[0] ?? '';
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}...` : line);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
