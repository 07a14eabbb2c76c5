// What the page says at the moment, for a picture of it: taken from its elements, so that the two cannot differ.
import { byId, element } from '../shell/elements.ts';

export interface SnapshotBar {
  readonly label: string;
  /** The probability as the page writes it. */
  readonly number: string;
  readonly probability: number;
  readonly best: boolean;
}

export interface Snapshot {
  readonly label: string;
  readonly words: string;
  readonly sure: boolean;
  readonly bars: readonly SnapshotBar[];
  readonly form: 'row' | 'list';
  /** What the model sees; of a number, each digit. */
  readonly tiles: readonly HTMLCanvasElement[];
  /** What would change the answer, where that is shown. */
  readonly change: string;
}

export function takeSnapshot(): Snapshot {
  const [label, bars, row] = [byId('label'), byId('bars'), byId('row')];
  const digits = [...row.querySelectorAll('canvas')];
  return {
    label: textOf(label),
    words: textOf(byId('words')),
    sure: label.dataset.state === 'sure',
    bars: [...bars.children].filter((item) => item instanceof HTMLElement).map(barOf),
    form: bars.dataset.form === 'list' ? 'list' : 'row',
    tiles: digits.length > 0 ? digits : [element('tile', HTMLCanvasElement)],
    change: textOf(byId('change')),
  };
}

function barOf(item: HTMLElement): SnapshotBar {
  return {
    label: textOf(item.querySelector('.label')),
    number: textOf(item.querySelector('.number')),
    probability: Number(item.style.getPropertyValue('--probability')),
    best: item.classList.contains('best'),
  };
}

function textOf(element: Element | null): string {
  return element?.textContent?.trim() ?? '';
}
