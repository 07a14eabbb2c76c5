// One tile of a sheet, at any size, with the pixels of small pictures left square.
import { type Html, html } from './html.ts';
import { isPhoto, type Sheet } from './pictures.ts';

/**
 * The sheets of a page are declared once, as CSS classes; a tile is a window onto its sheet.
 * @param says - Describes it for readers who cannot see it.
 */
export function tile(sheet: Sheet, index: number, says: string): Html {
  const { columns, count, width, height } = sheet;
  const rows = Math.ceil(count / columns);
  const share = (i: number, n: number) => (n > 1 ? `${Number(((i / (n - 1)) * 100).toFixed(4))}%` : '0');
  const [column, row] = [index % columns, Math.floor(index / columns)];
  return html`<span class="tile ${isPhoto(sheet) ? 'photo ' : ''}${sheetName(sheet)}" role="img" aria-label="${says}" title="${says}" style="background-size:${columns * 100}% ${rows * 100}%;background-position:${share(column, columns)} ${share(row, rows)};aspect-ratio:${width}/${height}"></span>`;
}

export type Tile = typeof tile;

/**
 * The rules of a page's sheets. Not variables: a browser drops those of more than 2 MB.
 */
export function sheetRules(sheets: readonly Sheet[]): string {
  return sheets.map((sheet) => `.${sheetName(sheet)}{background-image:url("${sheet.uri}")}`).join('\n');
}

/** A CSS name for a sheet, from its content. */
function sheetName({ uri }: Sheet): string {
  let hash = 0;
  for (let i = 0; i < uri.length; i++) hash = (Math.imul(hash, 31) + uri.charCodeAt(i)) >>> 0;
  return `sheet-${hash.toString(36)}`;
}
