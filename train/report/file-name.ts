// A file's name in a narrow column: it breaks between its parts, and never inside its ending.
import { type Html, html } from './html.ts';

/** The path as HTML; lines may break after a slash, a dash, an underscore or a blank. */
export function fileName(path: string): Html {
  const end = path.lastIndexOf('.');
  const [stem, ending] = end > 0 ? [path.slice(0, end), path.slice(end)] : [path, ''];
  const parts = stem.split(/(?<=[/_\- ])/);
  const last = parts.pop() ?? '';
  // With the last letters before it, or the ending would stand alone in a line.
  const kept = Math.max(0, last.length - 4);
  return html`${parts.map((part) => html`${part}<wbr>`)}${last.slice(0, kept)}<span class="whole">${last.slice(kept)}${ending}</span>`;
}
