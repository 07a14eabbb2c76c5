// Our own sentences as HTML: code between backticks, and links to sections as `[words](#section)`.
import { type Html, html } from './html.ts';

/** `text` as HTML. */
export function marked(text: string): Html[] {
  return text.split(/(`[^`]+`|\[[^\]]+\]\(#[\w-]+\))/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    const [, words, section] = /^\[(.+)\]\(#(.+)\)$/.exec(part) ?? [];
    return section === undefined ? html`${part}` : html`<a href="#${section}">${words}</a>`;
  });
}
