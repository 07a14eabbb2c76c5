// What a training found, in words and tables: how many are right, what is taken for what, and which examples are doubtful.
import { formatProbability } from '../../page/shell/format.ts';
import type { Trained } from '../worker/protocol.ts';
import { thumbnailOf } from './classes.ts';
import type { Class, Example } from './lesson.ts';

export interface ResultsElements {
  readonly summary: HTMLElement;
  readonly table: HTMLTableElement;
  readonly doubts: HTMLElement;
}

export interface ResultsView {
  show(trained: Trained, classes: readonly Class[], examples: readonly Example[]): void;
  clear(): void;
}

/** Doubtful examples that are shown. */
const MOST_DOUBTS = 6;

/** Examples below this are doubtful. */
const DOUBTFUL = 0.9;

/** @param move - called with an example and the class that it belongs to. */
export function createResults(
  { summary, table, doubts }: ResultsElements,
  move: (id: number, to: number) => void,
): ResultsView {
  return {
    show(trained, classes, examples) {
      summary.textContent = inWords(trained);
      const { judgment } = trained;
      table.hidden = judgment === undefined;
      if (judgment) fillTable(table, judgment.confusion, classes);
      const shown = trained.doubts.filter(({ probability }) => probability < DOUBTFUL).slice(0, MOST_DOUBTS);
      doubts.hidden = shown.length === 0;
      doubts.querySelector('ul')?.replaceChildren(
        ...shown.flatMap(({ index, probability }) => {
          const example = examples.find(({ id }) => id === index);
          return example ? [doubtOf(example, probability, classes, move)] : [];
        }),
      );
    },
    clear() {
      summary.textContent = '';
      table.hidden = true;
      doubts.hidden = true;
    },
  };
}

/** "Trained on 30 examples in 0.2 s. Of 6 that a classifier had not seen, it knew 5 (83 %)." */
export function inWords({ examples, milliseconds, judgment }: Trained): string {
  const trained = `Trained on ${examples} examples in ${(milliseconds / 1000).toFixed(1)} s.`;
  if (judgment === undefined)
    return `${trained} With more examples, a fifth is kept apart to see how good it is.`;
  const { n, accuracy } = judgment;
  const right = Math.round(accuracy * n);
  return `${trained} Of ${n} kept apart, one trained on the others knew ${right} (${Math.round(100 * accuracy)} %).`;
}

function fillTable(
  table: HTMLTableElement,
  confusion: readonly (readonly number[])[],
  classes: readonly Class[],
): void {
  const cell = (kind: 'th' | 'td', text: string, scope?: string) => {
    const made = document.createElement(kind);
    made.textContent = text;
    if (scope) made.setAttribute('scope', scope);
    return made;
  };
  const row = (cells: readonly HTMLElement[]) => {
    const made = document.createElement('tr');
    made.append(...cells);
    return made;
  };
  const head = document.createElement('thead');
  head.append(row([cell('th', 'Is / taken for'), ...classes.map(({ name }) => cell('th', name, 'col'))]));
  const body = document.createElement('tbody');
  body.append(
    ...confusion.map((counts, right) =>
      row([
        cell('th', classes[right]?.name ?? '', 'row'),
        ...counts.map((count, answered) => {
          const made = cell('td', String(count));
          made.className = answered === right ? 'right' : count > 0 ? 'wrong' : 'none';
          return made;
        }),
      ]),
    ),
  );
  table.tHead?.remove();
  for (const old of [...table.tBodies]) old.remove();
  table.append(head, body);
}

function doubtOf(
  { id, file, class: own }: Example,
  probability: number,
  classes: readonly Class[],
  move: (id: number, to: number) => void,
): HTMLElement {
  const item = document.createElement('li');
  const words = document.createElement('span');
  const name = classes.find(({ key }) => key === own)?.name ?? '';
  words.textContent = `${name}: ${formatProbability(probability)}`;
  const select = document.createElement('select');
  select.setAttribute('aria-label', `Which class this example of ${name} is`);
  select.append(
    ...classes.map(({ key, name }) => {
      const option = document.createElement('option');
      option.value = String(key);
      option.textContent = name;
      option.selected = key === own;
      return option;
    }),
  );
  select.addEventListener('change', () => move(id, Number(select.value)));
  item.append(thumbnailOf(file), words, select);
  return item;
}
