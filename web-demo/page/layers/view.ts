// All layers below each other, and one of their maps large.
import type { Layers } from '../../component/index.ts';
import { byId, element, setText } from '../shell/elements.ts';
import { paintOne } from './paint.ts';
import { createLayerRow, type LayerRow } from './row.ts';
import { mostShown, wordsOf } from './words.ts';

export interface LayersView {
  /** Shows the layers of an answer; undefined hides them. */
  show(inside: Layers | undefined): void;
  /** Says something in their place. */
  say(words: string): void;
}

export function createLayersView(): LayersView {
  const [box, list, words, legend] = ['layers', 'layer-list', 'layer-words', 'layer-legend'].map(byId);
  const large = element('layer-map', HTMLCanvasElement);
  const caption = byId('layer-caption');
  let rows: LayerRow[] = [];
  let label = '';
  /** The row in which a map was chosen last. */
  let last = 0;

  function enlarge(): void {
    const chosen = rows[last]?.chosen();
    if (!chosen) return;
    paintOne(large, chosen.layer, chosen.channel);
    setText(caption, `${chosen.layer.name} · ${wordsOf(chosen.layer, chosen.channel, label)}`);
  }

  return {
    show(inside) {
      const layers = inside?.layers ?? [];
      if (box) box.hidden = layers.length === 0;
      if (!inside || layers.length === 0) return;
      label = inside.label;
      if (words) setText(words, '');
      if (rows.length !== layers.length) {
        last = 0;
        rows = layers.map((_, i) =>
          createLayerRow(() => {
            last = i;
            enlarge();
          }),
        );
        list?.replaceChildren(...rows.map(({ figure }) => figure));
      }
      const most = mostShown(layers);
      for (const [i, layer] of layers.entries()) rows[i]?.show(layer, most, label);
      // Its place stays, since it is known only when the pen rests.
      legend?.classList.toggle(
        'known',
        layers.some(({ contributions }) => contributions !== undefined),
      );
      enlarge();
    },
    say(text) {
      if (box) box.hidden = true;
      if (words) setText(words, text);
    },
  };
}
