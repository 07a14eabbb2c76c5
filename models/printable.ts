// Text from elsewhere (a request's path, the name of a file, a label) made safe to print: nothing in it begins a line,
// moves the cursor, colors the terminal or turns the order of the letters around. What is hidden is shown as its escape.

/**
 * Characters that act instead of being seen: C0 and C1 controls, line and paragraph separators, bidirectional marks and
 * overrides, joiners without a glyph, tags, and halves of surrogate pairs. Joiners within scripts and emoji stay.
 * Reference: Unicode Technical Report 36, section 2.5; CVE-2021-42574.
 */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Characters of one text at most, where a line holds several. */
const MOST = 500;

/** Shows hidden characters as JSON writes them: `\n`, `\u001b`, `\u202e`. The result is one line. */
export function visible(text: string): string {
  return text.replace(hidden, (found) => named[found] ?? escaped(found));
}

/** The same for a text of several lines: line feeds and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(hidden, (found) => (found === '\n' || found === '\t' ? found : visible(found)));
}

/** The beginning of a text that may be very long, on one line. */
export function printable(text: string, most = MOST): string {
  if (text.length <= most) return visible(text);
  const end = isHalf(text.charCodeAt(most - 1)) ? most - 1 : most;
  return `${visible(text.slice(0, end))}… (${text.length.toLocaleString('en')} characters)`;
}

/** JSON in which hidden characters are escaped in strings: the same value, safe to print. */
export function printableJson(value: unknown, space?: number): string {
  return escapeJson(JSON.stringify(value, null, space));
}

/** Escapes hidden characters of JSON. White space between values, which is no part of a string, stays. */
export function escapeJson(json: string): string {
  return json.replace(hidden, (found) => (found === '\n' || found === '\t' ? found : escaped(found)));
}

function escaped(found: string): string {
  let out = '';
  for (let i = 0; i < found.length; i++) out += `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}

/** Whether a code unit is the first of two. */
function isHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
