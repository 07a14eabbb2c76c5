// The text of a JSON body: UTF-8, or UTF-16 where a byte order mark says so, as PowerShell writes files.

/** First bytes that name an encoding. Reference: RFC 8259, section 8.1, which lets a parser ignore the mark. */
const marks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** The text without its byte order mark. */
export function jsonText(bytes: Uint8Array): string {
  return new TextDecoder(markOf(bytes)?.[0] ?? 'utf-8').decode(bytes);
}

/** Whether the first character behind white space is an opening bracket. Reference: RFC 8259, section 2. */
export function isJson(bytes: Uint8Array): boolean {
  const mark = markOf(bytes);
  let at = mark?.[1].length ?? 0;
  while (isBlank(bytes[at])) at++;
  const first = bytes[at];
  // Without a mark, zeros before it are no JSON.
  return bytes[0] !== 0 && (first === 0x7b || first === 0x5b);
}

/** In UTF-16, half of the bytes are zero. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x00 || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function markOf(bytes: Uint8Array) {
  return marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
}
