// What mattered, over the pad or the photo itself: the map, and around the part without which the answer changes a line. It is
// laid over the sheet and is no part of what is drawn.
import type { Rectangle } from '../../component/index.ts';
import { createHalo } from '../draw/halo.ts';
import { paintMap } from '../reading/tile.ts';
import { byId, setText } from '../shell/elements.ts';
import type { Mattered } from './find.ts';
import { partOf } from './place.ts';
import { changeInWords } from './words.ts';

export interface Overlay {
  /** Shows it on a sheet; undefined hides it. */
  show(sheet: HTMLElement, found: Mattered | undefined): void;
  /** Says that it is being searched for. */
  search(): void;
  /** Whether there is a place for its words, which is kept while others are looked for. */
  keepPlace(keep: boolean): void;
}

export function createOverlay(): Overlay {
  const [line, words, legend] = [byId('mattered'), byId('change'), byId('legend')];
  const map = document.createElement('canvas');
  map.className = 'map';
  map.dataset.testid = 'map';
  const patch = document.createElement('div');
  patch.className = 'patch';
  patch.dataset.testid = 'patch';
  const halo = createHalo(byId('paper'));

  function hide(): void {
    map.remove();
    patch.remove();
    halo.show(undefined);
    setText(words, '');
    legend.hidden = true;
  }

  return {
    show(sheet, found) {
      hide();
      if (!found) return;
      const { explanation, picture, frame, change } = found;
      const [height, width] = explanation.shape;
      const place = partOf(frame, picture, explanation.place);
      paintMap(map, explanation.map, explanation.shape);
      lay(map, place);
      sheet.append(map);
      legend.hidden = false;
      if (!change) return;
      setText(words, changeInWords(change));
      if ('stroke' in change.part) return halo.show(change.part.stroke);
      lay(patch, partOf(place, { width, height }, change.part.patch));
      sheet.append(patch);
    },
    search() {
      setText(words, 'Looking for what mattered…');
    },
    keepPlace(keep) {
      line.hidden = !keep;
    },
  };
}

function lay(element: HTMLElement, { x, y, width, height }: Rectangle): void {
  const percent = (part: number) => `${100 * part}%`;
  element.style.left = percent(x);
  element.style.top = percent(y);
  element.style.width = percent(width);
  element.style.height = percent(height);
}
