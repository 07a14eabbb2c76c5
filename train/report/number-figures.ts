// How far numbers are off: figures, the answers beside the truth, and errors by ranges of the truth.
import { measureNumbers } from '../../models/measure/numbers.ts';
import { short, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { type PlotPoint, plot } from './plot.ts';
import type { TargetAnswers } from './trained-targets.ts';

/** Points that a plot shows at most, taken evenly. */
const POINTS = 1000;

/** Ranges of true numbers for which errors are listed. */
const RANGES = 8;

/** The figures of each number, in the units of the data. */
export function numberFigures(
  answers: Pick<TargetAnswers, 'values' | 'targets' | 'count'>,
  labels: readonly string[],
): Html {
  const measured = measureNumbers(answers.values, answers.targets, answers.count);
  return html`${labels.map((label, k) => {
    const pairs = pairsOf(answers, k);
    return html`${labels.length > 1 ? html`<h3>${label}</h3>` : undefined}
      <dl class="parts">
        <div><dt>mean absolute error</dt><dd>${short(measured.meanAbsoluteError[k] ?? Number.NaN)}</dd></div>
        <div><dt>root mean square error</dt><dd>${short(measured.rootMeanSquareError[k] ?? Number.NaN)}</dd></div>
        <div><dt>R²</dt><dd>${(measured.r2[k] ?? Number.NaN).toFixed(4)}</dd></div>
      </dl>
      <div class="plots">${scatter(label, pairs)}</div>
      <div class="scroll"><table class="numbers">
      <thead><tr><th scope="col">true ${label}</th><th scope="col">pictures</th><th scope="col">mean absolute error</th>
      <th scope="col">mean difference</th><th scope="col">largest</th></tr></thead>
      <tbody>${rangesOf(pairs).map(
        (
          range,
        ) => html`<tr><th scope="row">${short(range.from)} to ${short(range.to)}</th><td>${whole(range.n)}</td>
        <td>${short(range.absolute)}</td><td>${range.difference > 0 ? '+' : ''}${short(range.difference)}</td><td>${short(range.largest)}</td></tr>`,
      )}</tbody>
    </table></div>`;
  })}`;
}

/** The truth and the answer of one number. */
type Pair = readonly [truth: number, answer: number];

function pairsOf(
  { values, targets, count }: Pick<TargetAnswers, 'values' | 'targets' | 'count'>,
  k: number,
): Pair[] {
  return Array.from({ length: targets.length / count }, (_, i) => [
    targets[i * count + k] ?? Number.NaN,
    values[i * count + k] ?? Number.NaN,
  ]);
}

function scatter(label: string, pairs: readonly Pair[]) {
  const truths = pairs.map(([truth]) => truth).sort((a, b) => a - b);
  const [least = 0, most = 1] = [truths[0], truths.at(-1)];
  const step = Math.max(1, Math.ceil(pairs.length / POINTS));
  const points = pairs.filter((_, i) => i % step === 0).map(([x, y]): PlotPoint => [x, y]);
  return plot({
    title: `Answered by true ${label}`,
    x: `true ${label}`,
    domain: [least, most === least ? least + 1 : most],
    format: short,
    series: [
      {
        name: 'perfect',
        color: 3,
        dashed: true,
        points: [
          [least, least],
          [most, most],
        ],
      },
      { name: 'pictures', color: 1, scattered: true, points },
    ],
  });
}

/** Errors by ranges of the truth with about as many pictures; equal truths are in one range. */
export function rangesOf(pairs: readonly Pair[]) {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  const size = Math.ceil(sorted.length / RANGES);
  const ranges: Pair[][] = [];
  for (const pair of sorted) {
    const last = ranges.at(-1);
    if (last === undefined || (last.length >= size && last.at(-1)?.[0] !== pair[0])) ranges.push([pair]);
    else last.push(pair);
  }
  return ranges.map((range) => {
    const differences = range.map(([truth, answer]) => answer - truth);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / range.length;
    const distances = differences.map(Math.abs);
    return {
      from: range[0]?.[0] ?? Number.NaN,
      to: range.at(-1)?.[0] ?? Number.NaN,
      n: range.length,
      absolute: mean(distances),
      difference: mean(differences),
      largest: distances.reduce((most, distance) => Math.max(most, distance), 0),
    };
  });
}
