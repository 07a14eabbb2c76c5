// HTML as a template literal, by hono/html: whatever is put in is escaped, unless it is HTML already.

import { raw, html as template } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { visibleLines } from '../../models/printable.ts';

/** Text that is known to be HTML. */
export type Html = HtmlEscapedString;

type Part = Html | string | number | undefined | readonly (Html | undefined)[];

/** Joins a template; strings are escaped, lists are put one after another, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  // It returns a promise only where a part is one.
  return template(strings, ...parts.map(shown)) as Html;
}

/** Text from elsewhere must not turn the order of the letters around. */
function shown(part: Part): Part {
  return typeof part === 'string' ? visibleLines(part) : part;
}

/** Takes text as HTML: for style sheets and scripts of our own. */
export { raw };
