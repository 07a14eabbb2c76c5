// One layer on the page: its maps on one canvas, of which one is chosen with pointer, finger or keys.
import type { Layer } from '../../component/index.ts';
import { setText } from '../shell/elements.ts';
import { COLUMNS, mapAt, paintMaps } from './paint.ts';
import { headingOf, markedOf, shownOf, wordsOf } from './words.ts';

export interface LayerRow {
  readonly figure: HTMLElement;
  show(layer: Layer, most: number, label: string): void;
  /** Its layer, and the channel that is chosen. */
  chosen(): { readonly layer: Layer; readonly channel: number } | undefined;
}

/** By how many maps keys move. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** @param choose - called when another map is chosen. */
export function createLayerRow(choose: () => void): LayerRow {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const canvas = document.createElement('canvas');
  canvas.tabIndex = 0;
  // One stop of the tab key for a layer, at which arrows choose a map: a slider, as assistive technology knows it.
  canvas.setAttribute('role', 'slider');
  canvas.setAttribute('aria-valuemin', '1');
  figure.append(caption, canvas);
  let now: { layer: Layer; shown: readonly number[]; label: string } | undefined;
  let index = 0;

  function tell(): void {
    if (!now) return;
    const { layer, shown, label } = now;
    canvas.setAttribute('aria-valuenow', String(index + 1));
    canvas.setAttribute('aria-valuetext', wordsOf(layer, shown[index] ?? 0, label));
  }

  function move(next: number): void {
    if (!now) return;
    index = Math.min(Math.max(0, next), now.shown.length - 1);
    tell();
    choose();
  }

  function point({ offsetX, offsetY }: PointerEvent): void {
    const at = mapAt(offsetX / canvas.clientWidth, offsetY / canvas.clientHeight, now?.shown.length ?? 0);
    if (at !== undefined) move(at);
  }

  canvas.addEventListener('pointermove', point);
  canvas.addEventListener('pointerdown', point);
  canvas.addEventListener('focus', () => move(index));
  canvas.addEventListener('keydown', (event) => {
    const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(index + step);
  });

  return {
    figure,
    show(layer, most, label) {
      const shown = shownOf(layer, most);
      now = { layer, shown, label };
      index = Math.min(index, shown.length - 1);
      paintMaps(canvas, layer, shown, markedOf(layer), getComputedStyle(canvas).color);
      const heading = headingOf(layer, shown.length);
      setText(caption, heading);
      canvas.setAttribute('aria-label', `${heading}, ${layer.name}`);
      canvas.setAttribute('aria-valuemax', String(shown.length));
      tell();
    },
    chosen: () => now && { layer: now.layer, channel: now.shown[index] ?? 0 },
  };
}
