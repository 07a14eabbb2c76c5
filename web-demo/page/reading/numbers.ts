// One bar for each number: where it lies in the range that it was trained on.
import type { RegressionCard } from '../../component/index.ts';
import { setText } from '../shell/elements.ts';
import { formatNumber } from '../shell/format.ts';
import { type Bars, createBar } from './bars.ts';

/** Fills a list with bars, from the least to the largest number of training. */
export function createNumbers(
  list: HTMLElement,
  { labels, ranges }: Pick<RegressionCard, 'labels' | 'ranges'>,
): Bars {
  const bars = labels.map(createBar);
  list.replaceChildren(...bars.map(({ item }) => item));
  list.dataset.form = 'list';

  function show(values: ArrayLike<number> | null): void {
    for (const [k, { item, meter, number, name }] of bars.entries()) {
      const { min = 0, max = 1 } = ranges[k] ?? {};
      const value = values?.[k];
      const part = value === undefined ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
      const outside = value !== undefined && !(value >= min && value <= max);
      item.classList.toggle('outside', outside);
      item.style.setProperty('--probability', part.toFixed(4));
      meter.setAttribute('aria-label', labels[k] ?? '');
      meter.setAttribute('aria-valuemin', String(min));
      meter.setAttribute('aria-valuemax', String(max));
      meter.setAttribute('aria-valuenow', String(Math.min(max, Math.max(min, value ?? min))));
      const range = `${formatNumber(min)} to ${formatNumber(max)}`;
      const text =
        value === undefined ? range : `${formatNumber(value)}, ${outside ? 'outside of' : 'in'} ${range}`;
      meter.setAttribute('aria-valuetext', text);
      meter.dataset.value = value === undefined ? '' : String(value);
      setText(number, text);
      setText(name, labels[k] ?? '');
    }
  }

  show(null);
  return { show };
}
