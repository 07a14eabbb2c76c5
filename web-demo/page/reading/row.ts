// Several digits: a tile for each, to choose the one whose bars are shown.
import { type AnyAnswer, labelOf } from '../said.ts';
import { paintTile } from './tile.ts';

export interface TileRow {
  /** Shows a tile for each answer; the chosen one is marked. One answer needs no row. */
  show(answers: readonly AnyAnswer[], chosen: number): void;
}

/** @param choose - called with the tile that was pressed. */
export function createTileRow(list: HTMLElement, choose: (index: number) => void): TileRow {
  return {
    show(answers, chosen) {
      list.hidden = answers.length < 2;
      const buttons = answers.length < 2 ? 0 : answers.length;
      while (list.children.length > buttons) list.lastElementChild?.remove();
      while (list.children.length < buttons) list.append(createButton(list.children.length, choose));
      answers.slice(0, buttons).forEach((answer, i) => {
        const button = list.children[i];
        const canvas = button?.querySelector('canvas');
        if (!button || !canvas) return;
        paintTile(canvas, answer.input, answer.shape);
        button.setAttribute('aria-pressed', String(i === chosen));
        button.setAttribute('aria-label', `Digit ${i + 1} of ${answers.length}: ${labelOf(answer)}`);
      });
    },
  };
}

function createButton(index: number, choose: (index: number) => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(document.createElement('canvas'));
  button.addEventListener('click', () => choose(index));
  return button;
}
