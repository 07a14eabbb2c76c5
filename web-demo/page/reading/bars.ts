// One bar for each label: its probability. Short labels are in a row, long ones in a list.
import { setText } from '../shell/elements.ts';
import { formatProbability } from '../shell/format.ts';

export interface Bars {
  /** Shows float32 `[labels]`, or nothing for null. */
  show(output: ArrayLike<number> | null): void;
}

/** Labels up to this length, and up to this number, are all shown in a row. */
const shortest = 2;
const mostInRow = 12;

/** Rows of a list: the likeliest labels; more where several may be right. */
const top = 5;
const topOfSeveral = 8;

export interface Bar {
  readonly item: HTMLElement;
  readonly meter: HTMLElement;
  readonly number: HTMLElement;
  readonly name: HTMLElement;
}

/**
 * Fills a list with bars. The style sheet moves them: it reads `--probability`.
 *
 * @param thresholds - of several labels, from which probability on each is an answer: it is marked on the bar.
 */
export function createBars(
  list: HTMLElement,
  labels: readonly string[],
  thresholds?: readonly number[],
): Bars {
  const inRow = labels.length <= mostInRow && labels.every((label) => label.length <= shortest);
  const bars = Array.from(
    { length: inRow ? labels.length : Math.min(thresholds ? topOfSeveral : top, labels.length) },
    () => createBar(),
  );
  list.dataset.thresholds = String(thresholds !== undefined);
  list.replaceChildren(...bars.map(({ item }) => item));
  list.dataset.form = inRow ? 'row' : 'list';
  list.style.setProperty('--count', String(bars.length));
  const everyLabel = labels.map((_, i) => i);

  function show(probabilities: ArrayLike<number> | null): void {
    const shown = inRow ? everyLabel : ranked(labels, probabilities);
    const best = probabilities === null ? Number.NaN : Math.max(...Array.from(probabilities));
    bars.forEach((bar, place) => {
      const i = shown[place] ?? 0;
      const label = inRow || probabilities !== null ? (labels[i] ?? '') : '';
      const probability = probabilities?.[i];
      const threshold = thresholds?.[i];
      const isAnswer = threshold === undefined ? probability === best : (probability ?? -1) >= threshold;
      bar.item.style.setProperty('--threshold', String(threshold ?? 0));
      bar.meter.title =
        threshold === undefined || label === '' ? '' : `${label} from ${formatProbability(threshold)} on`;
      fill(bar, label, probability ?? 0, isAnswer, inRow);
    });
  }

  show(null);
  return { show };
}

/** Labels' numbers, the likeliest first. */
function ranked(labels: readonly string[], probabilities: ArrayLike<number> | null): number[] {
  return labels.map((_, i) => i).sort((a, b) => (probabilities?.[b] ?? 0) - (probabilities?.[a] ?? 0));
}

function fill(
  { item, meter, number, name }: Bar,
  label: string,
  probability: number,
  best: boolean,
  inRow: boolean,
) {
  item.classList.toggle('best', best);
  item.style.setProperty('--probability', probability.toFixed(4));
  meter.setAttribute('aria-label', label === '' ? 'no answer yet' : label);
  meter.dataset.probability = String(probability);
  meter.setAttribute('aria-valuenow', probability.toFixed(4)); // ARIA's numbers have no exponents
  meter.setAttribute('aria-valuetext', `${Math.round(100 * probability)} %`);
  setText(number, inRow ? short(probability) : label === '' ? '' : formatProbability(probability));
  setText(name, label);
}

export function createBar(): Bar {
  const item = document.createElement('li');
  const meter = document.createElement('div');
  meter.className = 'meter';
  meter.setAttribute('role', 'meter');
  meter.setAttribute('aria-valuemin', '0');
  meter.setAttribute('aria-valuemax', '1');
  const number = document.createElement('span');
  number.className = 'number';
  const filling = document.createElement('span');
  filling.className = 'fill';
  const name = document.createElement('span');
  name.className = 'label';
  name.setAttribute('aria-hidden', 'true');
  const mark = document.createElement('span');
  mark.className = 'threshold';
  meter.append(number, filling, mark);
  item.append(meter, name);
  return { item, meter, number, name };
}

/** A percentage without its sign, as long as it is neither 0 nor 100: those would claim too much. */
function short(probability: number): string {
  if (probability > 0.995) return '>99';
  return probability >= 0.005 ? String(Math.round(100 * probability)) : '';
}
