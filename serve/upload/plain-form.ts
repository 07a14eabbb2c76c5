// Parses a form that has arrived completely and looks as curl, browsers and the usual libraries write it. Most forms do,
// and a parser for streams takes five times as long for a small one.
import type { Refusal } from '../refusal.ts';

/** A file of a form. */
export interface FormFile {
  /** The name that its sender gave, if any. */
  readonly name: string | undefined;
  /** Its bytes, or why it is no picture. */
  readonly content: Uint8Array | Refusal;
}
const contentType = /^multipart\/form-data; ?boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70}))$/i;

/** The headers of a part that is a file of `field`: ASCII only, a name that needs no decoding, and perhaps its type. */
export const plainPart = (field: string) =>
  new RegExp(
    `^content-disposition: form-data; name="${field}"; filename="([\\x20!#-$&-.0-[\\]-~]+)"(\r\ncontent-type: [\\x20-~]*)?$`,
    'i',
  );

/** Bytes of a part's headers at most. */
const HEADERS = 512;

/**
 * Finds the files of a form.
 *
 * Reference: RFC 7578; RFC 2046, section 5.1.1.
 *
 * @param type - the `Content-Type` header.
 * @param plain - matches a part's headers: `plainPart` of the field that holds files.
 * @param most - files at most.
 * @returns the files, as views of `body`; undefined when anything is unusual, which the parser for streams must judge.
 */
export function readPlainForm(
  body: Buffer,
  type: string,
  plain: RegExp,
  most: number,
): FormFile[] | undefined {
  const typed = contentType.exec(type);
  const boundary = typed?.[1] ?? typed?.[2];
  if (boundary === undefined || !startsWith(body, 0, `--${boundary}\r\n`)) return undefined;
  const delimiter = `\r\n--${boundary}`;
  const files: FormFile[] = [];
  for (let at = boundary.length + 4; ; ) {
    const headers = body.indexOf('\r\n\r\n', at, 'latin1');
    if (headers - at > HEADERS || files.length === most) return undefined;
    // Without an end of the headers there is no text, and so no name.
    const name = plain.exec(body.toString('latin1', at, headers))?.[1];
    const start = headers + 4;
    const end = body.indexOf(delimiter, start, 'latin1');
    if (name === undefined || end <= start) return undefined;
    files.push({ name, content: body.subarray(start, end) });
    at = end + delimiter.length + 2;
    if (startsWith(body, at - 2, '\r\n')) continue;
    const over = startsWith(body, at - 2, '--') && (at === body.length || isLast(body, at));
    return over ? files : undefined;
  }
}

function isLast(body: Buffer, at: number): boolean {
  return at + 2 === body.length && startsWith(body, at, '\r\n');
}

function startsWith(body: Buffer, at: number, text: string): boolean {
  return body.toString('latin1', at, at + text.length) === text;
}
