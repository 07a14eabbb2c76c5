// A row per epoch.
import { heldOutOf } from '../../../models/held-out.ts';
import { bestOf } from '../../runs/checkpoint.ts';
import { isErrorAlone, type Measured, measuresOf } from '../../tasks/words.ts';
import { clock, percent, whole } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';
import { trainingErrors } from './curves.ts';

export const epochs = defineSection({
  id: 'epochs',
  title: 'Epochs',
  render({ record, recipe }) {
    const { history, times, tested } = record;
    if (history.length === 0) return undefined;
    const heldOut = heldOutOf(recipe);
    const best = bestOf(history);
    const isOne = history.every(isErrorAlone);
    const titles = history.slice(0, 1).flatMap((row) => measuresOf(row).map(({ title }) => title));
    const training = new Map(trainingErrors(record, recipe.batchSize));
    const rows = history.map((row) => {
      const time = times.find(({ epoch }) => epoch === row.epoch);
      return html`<tr class="${row === best ? 'best' : ''}">
        <th scope="row">${row.epoch}</th>
        <td>${row.trainLoss.toFixed(4)}</td>
        <td>${row.validLoss.toFixed(4)}</td>
        ${isErrorAlone(row) ? html`<td>${percent(training.get(row.epoch) ?? Number.NaN)}</td>` : undefined}
        ${measuresOf(row).map((_, i) => html`<td>${shown(row, i)}${row.tta ? html` <small>(${shown(row.tta, i)} over views)</small>` : undefined}</td>`)}
        <td>${time ? clock(time.seconds) : '–'}</td>
        <td>${time ? whole(time.imagesPerSecond) : '–'}</td>
      </tr>`;
    });
    return html`<div class="scroll"><table class="numbers">
        <thead><tr><th scope="col">epoch</th><th scope="col">training loss</th><th scope="col">${heldOut} loss</th>
        ${isOne ? html`<th scope="col">training error</th>` : undefined}
        ${titles.map((title) => html`<th scope="col">${heldOut} ${title}</th>`)}<th scope="col">time</th>
        <th scope="col">images/s</th></tr></thead>
        <tbody>${rows}</tbody>
      </table></div>
      <p class="note">The best epoch is marked; it is chosen by the ${heldOut} ${titles[0]}, so its figure is a little too good.${
        tested &&
        ` The test, which nothing is chosen by, gives its network ${titles[0]} ${shown(tested.best, 0)}, and that of the last epoch ${shown(tested.last, 0)}.`
      }</p>`;
  },
});

/** The measure of that place. */
function shown(measured: Measured, place: number): string {
  return isErrorAlone(measured) ? percent(measured.errorRate) : (measuresOf(measured)[place]?.text ?? '');
}
