// One bar for each label: how likely the model holds it to be.

export interface Bars {
  /** Shows float32 `[labels]` probabilities, or an empty row for null. */
  show(probabilities: ArrayLike<number> | null): void;
}

/** Fills a list with bars. The style sheet moves them: it reads `--probability`. */
export function createBars(list: HTMLElement, labels: readonly string[]): Bars {
  const bars = labels.map((label) => {
    const item = document.createElement('li');
    const meter = document.createElement('div');
    meter.className = 'meter';
    meter.setAttribute('role', 'meter');
    meter.setAttribute('aria-label', label);
    meter.setAttribute('aria-valuemin', '0');
    meter.setAttribute('aria-valuemax', '1');
    const number = document.createElement('span');
    number.className = 'number';
    const fill = document.createElement('span');
    fill.className = 'fill';
    const name = document.createElement('span');
    name.className = 'label';
    name.textContent = label;
    name.setAttribute('aria-hidden', 'true');
    meter.append(number, fill);
    item.append(meter, name);
    return { item, meter, number };
  });
  list.replaceChildren(...bars.map(({ item }) => item));

  function show(probabilities: ArrayLike<number> | null): void {
    const best = probabilities === null ? Number.NaN : Math.max(...Array.from(probabilities));
    bars.forEach(({ item, meter, number }, i) => {
      const probability = probabilities?.[i] ?? 0;
      item.classList.toggle('best', probability === best);
      item.style.setProperty('--probability', probability.toFixed(4));
      meter.dataset.probability = String(probability);
      meter.setAttribute('aria-valuenow', probability.toFixed(4)); // ARIA's numbers have no exponents.
      meter.setAttribute('aria-valuetext', `${Math.round(100 * probability)} %`);
      number.textContent = short(probability);
    });
  }

  show(null);
  return { show };
}

/** A percentage without its sign, as long as it is neither 0 nor 100: those would claim too much. */
function short(probability: number): string {
  if (probability > 0.995) return '>99';
  return probability >= 0.005 ? String(Math.round(100 * probability)) : '';
}
