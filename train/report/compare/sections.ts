// The sections of a comparison: results with what chance has to do with them, curves, and every run.

import { percent, short, shortPercent } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type Point, plot, type Series } from '../plot.ts';
import { binned, smoothed } from '../sections/curves.ts';
import { deviation, mean } from '../statistics.ts';
import { clock } from '../terminal.ts';
import { type Compared, type Group, type Result, resultOf, resultsOf } from './groups.ts';
import { verdicts } from './verdict.ts';

export interface ComparisonSection {
  readonly id: string;
  readonly title: string;
  render(groups: readonly Group[], testPictures: number): Html | undefined;
}

export const results: ComparisonSection = {
  id: 'results',
  title: 'Results',
  render(groups, testPictures) {
    const [first] = groups;
    const judged = verdicts(groups, testPictures);
    const rows = groups.map((group) => {
      const all = resultsOf(group);
      return html`<tr>
        <th scope="row" class="text c${group.color}"><i class="key"></i>${group.name}</th>
        <td>${all.length}</td>
        <td>${spreadOf(all, ({ lastError }) => lastError, percent)}</td>
        <td>${spreadOf(all, ({ bestError }) => bestError, percent)}</td>
        <td>${spreadOf(
          all,
          ({ testLoss }) => testLoss,
          (value) => value.toFixed(4),
        )}</td>
        <td>${spreadOf(
          all,
          ({ trainLoss }) => trainLoss,
          (value) => value.toFixed(4),
        )}</td>
        <td>${all.length > 0 ? clock(mean(all.map(({ seconds }) => seconds))) : '–'}</td>
      </tr>`;
    });
    return html`<div class="scroll"><table class="numbers">
        <thead><tr><th scope="col" class="text">recipe</th><th scope="col">runs</th><th scope="col">test error, last epoch</th>
        <th scope="col">best epoch</th><th scope="col">test loss</th><th scope="col">training loss</th><th scope="col">time</th></tr></thead>
        <tbody>${rows}</tbody>
      </table></div>
      ${
        first !== undefined && judged.length > 0
          ? html`<h3 class="apart">Against ${first.name}, test error after the last epoch</h3>
            <ul class="verdicts">${judged.map(
              ({ other, text, isReal }) =>
                html`<li class="c${other.color}"><i class="key"></i><b>${other.name}</b> <span class="state ${isReal ? 'running' : ''}">${isReal === undefined ? 'not known' : isReal ? 'more than chance' : 'may be chance'}</span><p>${text}</p></li>`,
            )}</ul>`
          : undefined
      }
      <p class="note">Mean ± standard deviation over the runs of a recipe, which differ in their seed alone. The best
      epoch is chosen by the test error and flatters; the last one does not, and is what is compared.</p>`;
  },
};

export const curves: ComparisonSection = {
  id: 'curves',
  title: 'Curves',
  render(groups) {
    const epochs = (value: (row: Compared['record']['history'][number]) => number) =>
      overlaid(groups, ({ record: { history, stepsPerEpoch } }) =>
        history.map((row): Point => [stepsPerEpoch > 0 ? row.step / stepsPerEpoch : row.epoch, value(row)]),
      );
    const overTime = overlaid(groups, ({ record: { history, times } }) => {
      let seconds = 0;
      return times.flatMap((time): Point[] => {
        seconds += time.seconds;
        const row = history.find(({ epoch }) => epoch === time.epoch);
        return row === undefined ? [] : [[seconds / 60, row.errorRate]];
      });
    });
    const figures = [
      { title: 'Test error', x: 'epoch', format: shortPercent, series: epochs(({ errorRate }) => errorRate) },
      { title: 'Test loss', x: 'epoch', format: short, series: epochs(({ validLoss }) => validLoss) },
      {
        title: 'Training loss',
        x: 'epoch',
        format: short,
        series: overlaid(groups, ({ record }) => smoothed(binned(record))),
      },
      { title: 'Test error over time', x: 'minutes', format: shortPercent, series: overTime },
    ].map((options) => plot({ ...options, log: true, legend: false }));
    const drawn = figures.filter((figure) => figure !== undefined);
    if (drawn.length === 0) return undefined;
    return html`<p class="legend wide">${groups.map(({ name, color }) => html`<span class="c${color}"><i></i>${name}</span>`)}</p>
      <div class="plots two">${drawn}</div>
      <p class="note">Thin lines are single runs, the thick one is their mean where there are several.</p>`;
  },
};

export const runs: ComparisonSection = {
  id: 'runs',
  title: 'Runs',
  render(groups) {
    const rows = groups.flatMap((group) =>
      group.runs.map((compared) => {
        const result = resultOf(compared);
        const { run, recipe, state } = compared;
        return html`<tr>
          <th scope="row" class="text c${group.color}"><i class="key"></i>${run.name}</th>
          <td>${recipe.seed}</td>
          <td>${result ? percent(result.lastError) : '–'}</td>
          <td>${result ? percent(result.bestError) : '–'}</td>
          <td>${result ? clock(result.seconds) : '–'}</td>
          <td class="text">${state}</td>
          <td class="text">${String(compared.environment.cpu ?? '')}</td>
        </tr>`;
      }),
    );
    return html`<div class="scroll"><table class="numbers">
      <thead><tr><th scope="col" class="text">run</th><th scope="col">seed</th><th scope="col">test error, last epoch</th><th scope="col">best epoch</th>
      <th scope="col">time</th><th scope="col" class="text">state</th><th scope="col" class="text">processor</th></tr></thead>
      <tbody>${rows}</tbody></table></div>`;
  },
};

function spreadOf(
  all: readonly Result[],
  value: (result: Result) => number,
  format: (value: number) => string,
): string {
  if (all.length === 0) return '–';
  const values = all.map(value);
  return values.length > 1
    ? `${format(mean(values))} ± ${format(deviation(values))}`
    : format(values[0] ?? Number.NaN);
}

/** A thin line per run and a thick one per group. */
function overlaid(groups: readonly Group[], pointsOf: (run: Compared) => Point[]): Series[] {
  return groups.flatMap((group): Series[] => {
    const { name, color } = group;
    const lines = group.runs.map(pointsOf);
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) return [{ name, color, points: only }];
    const thin = lines.map((points): Series => ({ name, color, points, faint: true }));
    return [...thin, { name, color, points: meanLine(lines) }];
  });
}

/** Mean of the i-th points, as far as every line reaches. */
function meanLine(lines: readonly Point[][]): Point[] {
  const length = Math.min(...lines.map((line) => line.length));
  return Array.from({ length }, (_, i): Point => {
    const points = lines.flatMap((line) => line.slice(i, i + 1));
    return [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  });
}
