// Detects the format of a picture file from its first bytes. Its name and content type do not matter.
import { latin1, startsWith } from './signature.ts';
import { unreadTiff } from './tiff-directory.ts';
import { type Unread, unreadFormat } from './unread.ts';

/** Formats that are decoded. */
export const decodable = ['JPEG', 'PNG', 'WebP', 'GIF', 'BMP', 'TIFF'] as const;

export type Decodable = (typeof decodable)[number];

/** For sentences. */
export const decodableInWords = 'JPEG, PNG, WebP, GIF, BMP and TIFF';

/** Endings of their files' names, in lower case. */
export const endings: Readonly<Record<Decodable, readonly string[]>> = {
  JPEG: ['.jpg', '.jpeg', '.jpe', '.jfif', '.mpo'],
  PNG: ['.png', '.apng'],
  WebP: ['.webp'],
  GIF: ['.gif'],
  BMP: ['.bmp', '.dib'],
  TIFF: ['.tif', '.tiff'],
};

/**
 * First bytes of each format, as latin1; a dot stands for any byte.
 * Reference: the formats' specifications, as listed in WHATWG MIME Sniffing, section 6.1, and in file(1).
 */
const signatures: readonly (readonly [Decodable, string])[] = [
  ['JPEG', '\xff\xd8\xff'],
  ['PNG', '\x89PNG\r\n\x1a\n'],
  ['WebP', 'RIFF....WEBP'],
  ['GIF', 'GIF87a'],
  ['GIF', 'GIF89a'],
  ['TIFF', 'II*\0'],
  ['TIFF', 'MM\0*'],
  ['TIFF', 'II+\0'],
  ['TIFF', 'MM\0+'],
];

/** Sizes of the second header of a BMP, by which a text that begins with BM is told from one. */
const bmpHeaders: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** What a file is: a format that is decoded, or something else with a name. */
export function detectFormat(bytes: Uint8Array): Decodable | Unread {
  const start = latin1(bytes.subarray(0, 18));
  const found = signatures.find(([, signature]) => startsWith(start, signature))?.[0];
  const unread = found === 'TIFF' ? unreadTiff(bytes) : undefined;
  if (unread !== undefined) return unreadFormat(bytes, unread);
  if (found !== undefined) return found;
  const isBmp = start.startsWith('BM') && start.length === 18 && bmpHeaders.has(start.charCodeAt(14));
  return isBmp && start.endsWith('\0\0\0') ? 'BMP' : unreadFormat(bytes);
}

export function isDecodable(format: Decodable | Unread): format is Decodable {
  return typeof format === 'string';
}
