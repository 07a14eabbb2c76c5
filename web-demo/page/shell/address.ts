// The page's state in its address, after the "#": which side, which model, which drawing, and whether the layers are shown.
import { decodeDrawing, encodeDrawing } from '../draw/link.ts';
import type { Drawing } from '../draw/strokes.ts';

export type Mode = 'draw' | 'photo';

export interface Address {
  readonly mode: Mode;
  /** `name` or `name/version`. */
  readonly model: string | undefined;
  readonly drawing: Drawing | undefined;
  readonly layers: boolean;
  /** Whether there is a drawing that cannot be read. */
  readonly damaged: boolean;
}

export function readAddress(hash: string): Address {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const text = parts.get('draw') ?? '';
  const drawing = decodeDrawing(text);
  return {
    mode: parts.has('photo') ? 'photo' : 'draw',
    model: parts.get('model') ?? undefined,
    drawing,
    layers: parts.has('layers'),
    damaged: text !== '' && drawing === undefined,
  };
}

/** Writes the state into the address bar, in place of what stands there. A drawing too long for a link is left out. */
export function writeAddress(mode: Mode, model: string | undefined, drawing: Drawing, layers: boolean): void {
  const parts: string[] = [];
  if (mode === 'photo') parts.push('photo');
  else if (drawing.strokes.length > 0) {
    const text = encodeDrawing(drawing);
    if (text !== undefined) parts.push(`draw=${text}`);
  }
  if (model !== undefined) parts.push(`model=${encodeURI(model)}`);
  if (layers) parts.push('layers');
  const hash = parts.length === 0 ? '' : `#${parts.join('&')}`;
  if (hash !== location.hash) history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
}
