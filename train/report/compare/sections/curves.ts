// Errors and losses of groups of runs over epochs and time, in one plot each.
import { heldOutTitle } from '../../../../models/held-out.ts';
import { plainErrorOf } from '../../../tasks/words.ts';
import { short, shortPercent } from '../../format.ts';
import { html } from '../../html.ts';
import { type PlotPoint, plot, type Series } from '../../plot.ts';
import { binned, smoothed } from '../../sections/curves.ts';
import { mean } from '../../statistics.ts';
import type { ComparedRun, RunGroup } from '../groups.ts';
import type { ComparisonSection } from '../section.ts';

export const groupCurves: ComparisonSection = {
  id: 'curves',
  title: 'Curves',
  render(groups) {
    const epochs = (value: (row: ComparedRun['record']['history'][number]) => number) =>
      overlaid(groups, ({ record: { history, stepsPerEpoch } }) =>
        history.map(
          (row): PlotPoint => [stepsPerEpoch > 0 ? row.step / stepsPerEpoch : row.epoch, value(row)],
        ),
      );
    const heldOut = heldOutTitle(groups[0]?.recipe);
    const overTime = overlaid(groups, ({ record: { history, times } }) => {
      let seconds = 0;
      return times.flatMap((time): PlotPoint[] => {
        seconds += time.seconds;
        const row = history.find(({ epoch }) => epoch === time.epoch);
        return row === undefined ? [] : [[seconds / 60, plainErrorOf(row)]];
      });
    });
    const figures = [
      {
        title: `${heldOut} error`,
        x: 'epoch',
        format: shortPercent,
        series: epochs(plainErrorOf),
      },
      { title: `${heldOut} loss`, x: 'epoch', format: short, series: epochs(({ validLoss }) => validLoss) },
      {
        title: 'Training loss',
        x: 'epoch',
        format: short,
        series: overlaid(groups, ({ record }) => smoothed(binned(record))),
      },
      { title: `${heldOut} error over time`, x: 'minutes', format: shortPercent, series: overTime },
    ].map((options) => plot({ ...options, log: true, legend: false }));
    const drawn = figures.filter((figure) => figure !== undefined);
    if (drawn.length === 0) return undefined;
    return html`<p class="legend wide">${groups.map(({ name, color }) => html`<span class="c${color}"><i></i>${name}</span>`)}</p>
      <div class="plots two">${drawn}</div>
      <p class="note">Thin lines are single runs, the thick one is their mean where there are several.</p>`;
  },
};

/** A thin line per run and a thick one per group. */
function overlaid(groups: readonly RunGroup[], pointsOf: (run: ComparedRun) => PlotPoint[]): Series[] {
  return groups.flatMap((group): Series[] => {
    const { name, color } = group;
    const lines = group.runs.map(pointsOf);
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) return [{ name, color, points: only }];
    const thin = lines.map((points): Series => ({ name, color, points, faint: true }));
    return [...thin, { name, color, points: meanLine(lines) }];
  });
}

/** Mean of the i-th points, up to the end of the shortest line. */
function meanLine(lines: readonly PlotPoint[][]): PlotPoint[] {
  const length = Math.min(...lines.map((line) => line.length));
  return Array.from({ length }, (_, i): PlotPoint => {
    const points = lines.flatMap((line) => line.slice(i, i + 1));
    return [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  });
}
