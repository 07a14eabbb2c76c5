// The page's state in its address, after the "#": which side, which model, which drawing, and whether the layers are shown.
import { decodeDrawing, encodeDrawing, longest } from '../draw/link.ts';
import type { Drawing } from '../draw/strokes.ts';

export type Mode = 'draw' | 'photo';

export interface Address {
  readonly mode: Mode;
  /** `name` or `name/version`. */
  readonly model: string | undefined;
  readonly drawing: Drawing | undefined;
  readonly layers: boolean;
  /** What is wrong with the drawing in it. */
  readonly trouble: string | undefined;
}

/** Stands in the place of a drawing that is too long: what opens such a link says so, and shows no empty pad without a word. */
const TOO_LONG = 'too-long';

export function readAddress(hash: string): Address {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const text = parts.get('draw') ?? '';
  const drawing = decodeDrawing(text);
  return {
    mode: parts.has('photo') ? 'photo' : 'draw',
    model: parts.get('model') ?? undefined,
    drawing,
    layers: parts.has('layers'),
    trouble: text === '' || drawing ? undefined : text === TOO_LONG ? LEFT_OUT : DAMAGED,
  };
}

const DAMAGED = 'The drawing in this link cannot be read.';
const LEFT_OUT = 'The drawing was too long for a link, and is not in this one.';

/**
 * Writes the state into the address bar, in place of what stands there.
 *
 * @returns how many letters the drawing has, where these are too many for a link.
 */
export function writeAddress(
  mode: Mode,
  model: string | undefined,
  drawing: Drawing,
  layers: boolean,
): number | undefined {
  let tooLong: number | undefined;
  const parts: string[] = [];
  if (mode === 'photo') parts.push('photo');
  else if (drawing.strokes.length > 0) {
    const text = encodeDrawing(drawing);
    if (text.length > longest) tooLong = text.length;
    parts.push(`draw=${tooLong === undefined ? text : TOO_LONG}`);
  }
  if (model !== undefined) parts.push(`model=${encodeURI(model)}`);
  if (layers) parts.push('layers');
  const hash = parts.length === 0 ? '' : `#${parts.join('&')}`;
  if (hash !== location.hash) history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
  return tooLong;
}
