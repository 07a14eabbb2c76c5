// Files in base64, as a request has them in JSON.

/**
 * The bytes of a text in base64, in either alphabet, with blanks anywhere and with or without `=` at its end; undefined
 * when it is empty or anything else, for Buffer.from ignores characters that it does not know.
 * Reference: RFC 4648, sections 4 and 5; RFC 2045, section 6.8, for the blanks.
 */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let end = text.trim();
  for (let i = 0; i < 2 && end.endsWith('='); i++) end = end.slice(0, -1).trimEnd();
  // One set of characters: a pattern with a part for the end would look for it again behind every blank.
  if (end === '' || /[^A-Za-z0-9+/_\s-]/.test(end)) return undefined;
  return new Uint8Array(Buffer.from(end, 'base64'));
}
