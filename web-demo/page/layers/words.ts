// What is said about layers and maps, and which maps are shown and marked.
import type { Layer } from '../../component/index.ts';
import { strongest } from '../../component/strongest.ts';

/** A network with wider layers shows this many of each, the strongest; others show all. */
const WIDEST = 64;
const SHOWN = 16;

/** Maps with a frame in a layer, at most. */
const MARKED = 3;

/** How many maps of each layer are shown at most. */
export function mostShown(layers: readonly Layer[]): number {
  return layers.some(({ shape }) => shape[2] > WIDEST) ? SHOWN : WIDEST;
}

/** The channels that are shown, the lowest first. */
export function shownOf({ maps, shape }: Layer, most: number): number[] {
  return strongest(maps, shape[2], most);
}

/** The maps without which the answer falls most: of those for which that is known, and which speak for it. */
export function markedOf({ contributions }: Layer): Set<number> {
  const falls = [...(contributions ?? [])].map((fall, channel) => ({ fall, channel }));
  const speaking = falls.filter(({ fall }) => fall > 0).sort((a, b) => b.fall - a.fall);
  return new Set(speaking.slice(0, MARKED).map(({ channel }) => channel));
}

/** A layer's heading: "Convolution, 64 maps of 7×7". */
export function headingOf({ kind, shape: [height, width, channels] }: Layer, shown: number): string {
  const what = kind === 'convolution' ? 'Convolution' : 'Pooling';
  const maps = shown < channels ? `the ${shown} strongest of ${channels} maps` : `${channels} maps`;
  return `${what}, ${maps} of ${width}×${height}`;
}

/** A map: its number, and what the answer is without it. */
export function wordsOf({ contributions }: Layer, channel: number, label: string): string {
  const name = `Map ${channel + 1}`;
  const fall = contributions?.[channel];
  if (fall === undefined || Number.isNaN(fall)) return name;
  if (Math.abs(fall) < 0.005) return `${name}: without it, “${label}” stays as likely`;
  const change = fall > 0 ? 'fall' : 'rise';
  return `${name}: without it, the log-odds of “${label}” ${change} by ${Math.abs(fall).toFixed(2)}`;
}
