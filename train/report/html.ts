// HTML as a template literal, by hono/html: whatever is put in is escaped, unless it is HTML already.
import { raw, html as template } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** Text that is known to be HTML. */
export type Html = HtmlEscapedString;

type Part = Html | string | number | undefined | readonly (Html | undefined)[];

/** Joins a template; strings are escaped, lists are put one after another, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  // It returns a promise only where a part is one.
  return template(strings, ...parts) as Html;
}

/** Takes text as HTML: for style sheets and scripts of our own. */
export { raw };
