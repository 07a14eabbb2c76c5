// JSON as people and their editors write it: with a byte order mark, in UTF-16, with comments and commas too many.

/**
 * Parses JSON that may begin with a byte order mark (UTF-8, or UTF-16 as PowerShell writes it), and may have comments
 * (`//` and `/*`) and a comma behind the last item.
 *
 * @throws SyntaxError as JSON.parse does.
 */
export function parseWrittenJson(file: string | Uint8Array): unknown {
  const text = typeof file === 'string' ? file.replace(/^\uFEFF/, '') : decoded(file);
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(withoutComments(text));
  }
}

/** Text of a file; a byte order mark says which encoding, and is not part of it. */
export function decoded(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

// Strings are matched first, so that what is inside of them stays.
const COMMENTS = /("(?:[^"\\]|\\.)*")|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g;
const COMMAS = /("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/g;

/** What is taken away becomes blanks, so that places in messages stay. */
function withoutComments(text: string): string {
  const blank = (part: string, string?: string) => string ?? ' '.repeat(part.length);
  return text.replace(COMMENTS, blank).replace(COMMAS, blank);
}
