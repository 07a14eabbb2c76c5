// Detects the format of a file from its first bytes. Its name and content type do not matter.

/** Formats that are decoded. */
export const decodable = ['JPEG', 'PNG', 'WebP', 'GIF'] as const;

export type Decodable = (typeof decodable)[number];

/** Formats that are detected only so that a refusal can name them. */
type Other =
  | 'TIFF'
  | 'BMP'
  | 'ICO'
  | 'AVIF or HEIC'
  | 'JPEG XL'
  | 'JPEG 2000'
  | 'PDF'
  | 'ZIP'
  | 'HTML'
  | 'SVG'
  | 'XML'
  | 'JSON';

/**
 * First bytes of each format, as latin1; a dot stands for any byte.
 * Reference: the formats' specifications, as listed in WHATWG MIME Sniffing, section 6.1, and in file(1).
 */
const signatures: readonly (readonly [Decodable | Other, string])[] = [
  ['JPEG', '\xff\xd8\xff'],
  ['PNG', '\x89PNG\r\n\x1a\n'],
  ['WebP', 'RIFF....WEBP'],
  ['GIF', 'GIF87a'],
  ['GIF', 'GIF89a'],
  ['TIFF', 'II*\0'],
  ['TIFF', 'MM\0*'],
  ['TIFF', 'II+\0'],
  ['TIFF', 'MM\0+'],
  ['BMP', 'BM'],
  ['ICO', '\0\0\x01\0'],
  ['AVIF or HEIC', '....ftyp'],
  ['JPEG XL', '\xff\x0a'],
  ['JPEG XL', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  '],
  ['PDF', '%PDF-'],
  ['ZIP', 'PK\x03\x04'],
];

/** How texts begin, after white space, in lower case. */
const texts: readonly (readonly [Other, string])[] = [
  ['SVG', '<svg'],
  ['HTML', '<!doctype html'],
  ['HTML', '<html'],
  ['XML', '<?xml'],
  ['XML', '<!'],
  ['JSON', '{'],
  ['JSON', '['],
];

/** Bytes that are compared: the longest signature, and some white space before a text. */
const COMPARED = 64;

/** The format of a file; `undefined` when it is not one of these. */
export function detectFormat(bytes: Uint8Array): Decodable | Other | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, COMPARED)).toString(
    'latin1',
  );
  const binary = signatures.find(([, signature]) => startsWith(start, signature));
  if (binary !== undefined) return binary[0];
  const text = start
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  return texts.find(([, beginning]) => text.startsWith(beginning))?.[0];
}

export function isDecodable(format: string | undefined): format is Decodable {
  return decodable.some((name) => name === format);
}

function startsWith(start: string, signature: string): boolean {
  if (start.length < signature.length) return false;
  return Array.from(signature).every((letter, i) => letter === '.' || letter === start[i]);
}
