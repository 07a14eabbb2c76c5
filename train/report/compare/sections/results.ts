// The results of groups of runs side by side, and whether they differ by more than chance.
import { heldOutOf } from '../../../../models/held-out.ts';
import { clock, percent } from '../../format.ts';
import { html } from '../../html.ts';
import { deviation, mean } from '../../statistics.ts';
import { type RunResult, resultsOf } from '../groups.ts';
import type { ComparisonSection } from '../section.ts';
import { verdicts } from '../verdict.ts';

export const groupResults: ComparisonSection = {
  id: 'results',
  title: 'Results',
  render(groups, testPictures) {
    const [first] = groups;
    const heldOut = heldOutOf(first?.recipe);
    const judged = verdicts(groups, testPictures);
    const hasTest = groups.some((group) => resultsOf(group).some(({ testError }) => testError !== undefined));
    const rows = groups.map((group) => {
      const all = resultsOf(group);
      return html`<tr>
        <th scope="row" class="text c${group.color}"><i class="key"></i>${group.name}</th>
        <td>${all.length}</td>
        <td>${spreadOf(all, ({ lastError }) => lastError, percent)}</td>
        <td>${spreadOf(all, ({ bestError }) => bestError, percent)}</td>
        ${hasTest ? html`<td>${spreadOf(withTest(all), ({ testError }) => testError, percent)}</td>` : undefined}
        <td>${spreadOf(
          all,
          ({ heldOutLoss }) => heldOutLoss,
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
        <thead><tr><th scope="col" class="text">recipe</th><th scope="col">runs</th><th scope="col">${heldOut} error, last epoch</th>
        <th scope="col">best epoch</th>${hasTest ? html`<th scope="col">test error, best epoch</th>` : undefined}<th scope="col">${heldOut} loss</th><th scope="col">training loss</th><th scope="col">time</th></tr></thead>
        <tbody>${rows}</tbody>
      </table></div>
      ${
        first !== undefined && judged.length > 0
          ? html`<h3 class="apart">Against ${first.name}, ${heldOut} error after the last epoch</h3>
            <ul class="verdicts">${judged.map(
              ({ other, text, isReal }) =>
                html`<li class="c${other.color}"><i class="key"></i><b>${other.name}</b> <span class="state ${isReal ? 'running' : ''}">${isReal === undefined ? 'not known' : isReal ? 'more than chance' : 'may be chance'}</span><p>${text}</p></li>`,
            )}</ul>`
          : undefined
      }
      <p class="note">Mean ± standard deviation over the runs of a recipe, which differ in their seed or in the fold that validates. The best
      epoch is chosen by the ${heldOut} error, so its figure is too good; the last epoch is what is compared.${hasTest ? ' By the test nothing was chosen: its figure is that of what is exported.' : ''}</p>`;
  },
};

function withTest(all: readonly RunResult[]): (RunResult & { testError: number })[] {
  return all.flatMap((result) =>
    result.testError === undefined ? [] : [{ ...result, testError: result.testError }],
  );
}

function spreadOf<R extends RunResult>(
  all: readonly R[],
  value: (result: R) => number,
  format: (value: number) => string,
): string {
  if (all.length === 0) return '–';
  const values = all.map(value);
  return values.length > 1
    ? `${format(mean(values))} ± ${format(deviation(values))}`
    : format(values[0] ?? Number.NaN);
}
