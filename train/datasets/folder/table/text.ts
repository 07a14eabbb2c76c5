// The text of a table's bytes: by its byte order mark, as UTF-8, or as Windows' Western code page where that is certain.
import { UserError } from '../../../../models/errors.ts';

export interface TableText {
  readonly text: string;
  /**
   * Whether it is neither UTF-8 nor UTF-16: then each byte is one character, which `isCertain` has to be asked about
   * before a cell is believed.
   */
  readonly isGuessed: boolean;
}

/**
 * Letters that the Windows code pages 1250, 1252, 1254 and 1257 have at the same place, where Latin-1 has them too. Any
 * other byte of a word is one letter in Warsaw and another in Paris (E8 is č or è), and no file says which was meant.
 */
const SAME_LETTERS = 'ÄÉÓÖÜßäéóöü';

const WEB_PAGE = 'a web page, not a table: the address that it came from answered with one';

/** What a file is that is no text, by how it begins (in Latin-1), and what can be done. */
const OTHER_KINDS: readonly (readonly [begins: string, is: string])[] = [
  [
    'PK\x03\x04',
    'an Excel workbook (or another zip archive), whatever its name says: save the sheet as "CSV UTF-8"',
  ],
  [
    '\xd0\xcf\x11\xe0',
    'an Excel workbook of the old kind, whatever its name says: save the sheet as "CSV UTF-8"',
  ],
  ['PAR1', 'a Parquet file: write it as CSV, for example with pandas, to_csv'],
  ['\x1f\x8b', 'compressed by gzip: unpack it with gunzip'],
  ['%PDF', 'a PDF: save the table as CSV'],
  [
    'version https://git-lfs',
    'the pointer of Git LFS instead of the file itself: fetch that with "git lfs pull"',
  ],
  ['<!doctype', WEB_PAGE],
  ['<html', WEB_PAGE],
];

/**
 * Reads the text of a table.
 * @param path - for the messages
 * @throws UserError for what is no text, with what it is
 */
export function textOf(bytes: Uint8Array, path: string): TableText {
  const start = Buffer.from(bytes.subarray(0, 100)).toString('latin1');
  const other = OTHER_KINDS.find(([begins]) =>
    start.trimStart().toLowerCase().startsWith(begins.toLowerCase()),
  );
  if (other !== undefined) throw new UserError(`${path} is ${other[1]}.`);
  const wide = wideEncoding(bytes, path);
  try {
    return { text: new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(bytes), isGuessed: false };
  } catch {
    if (wide !== undefined)
      throw new UserError(
        `${path} is not whole: it begins as UTF-16, but is none. Save it anew as "CSV UTF-8".`,
      );
    return { text: Buffer.from(bytes).toString('latin1'), isGuessed: true };
  }
}

/**
 * Whether there is one way alone to read a cell of a table whose encoding is not known: its words are of ASCII and of
 * letters that are the same everywhere. A word without an ASCII letter may be Cyrillic or Greek.
 */
export function isCertain(cell: string): boolean {
  const words = cell.match(/[A-Za-z\u0080-\u00ff]+/g) ?? [];
  return words.every((word) => {
    const others = [...word].filter((letter) => letter > '\x7f');
    return (
      others.every((letter) => SAME_LETTERS.includes(letter)) &&
      (others.length === 0 || others.length < word.length)
    );
  });
}

/** UTF-16 by its byte order mark, or where every second byte is zero, as in no other text. */
function wideEncoding(bytes: Uint8Array, path: string): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0)
    throw new UserError(`${path} is UTF-32, which is not read: save it as "CSV UTF-8".`);
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const start = bytes.subarray(0, 4096);
  const zeros = [0, 1].map((odd) => start.filter((byte, i) => byte === 0 && i % 2 === odd).length);
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return undefined;
  if (even > 0 && odd > 0) throw new UserError(`${path} is no text: it has bytes that are zero.`);
  return odd > 0 ? 'utf-16le' : 'utf-16be';
}
