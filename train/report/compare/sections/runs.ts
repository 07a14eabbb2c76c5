// A row per run.
import { heldOutOf } from '../../../../models/held-out.ts';
import { clock, percent } from '../../format.ts';
import { html } from '../../html.ts';
import { resultOf } from '../groups.ts';
import type { ComparisonSection } from '../section.ts';

export const comparedRuns: ComparisonSection = {
  id: 'runs',
  title: 'Runs',
  render(groups) {
    const heldOut = heldOutOf(groups[0]?.recipe);
    const hasTest = groups.some(({ runs }) => runs.some(({ record }) => record.tested));
    const rows = groups.flatMap((group) =>
      group.runs.map((compared) => {
        const result = resultOf(compared);
        const { run, recipe, state } = compared;
        return html`<tr>
          <th scope="row" class="text c${group.color}"><i class="key"></i>${run.name}</th>
          <td>${recipe.folder?.fold === undefined ? recipe.seed : `${recipe.seed}, fold ${recipe.folder.fold.at}`}</td>
          <td>${result ? percent(result.lastError) : '–'}</td>
          <td>${result ? percent(result.bestError) : '–'}</td>
          ${hasTest ? html`<td>${result?.testError === undefined ? '–' : percent(result.testError)}</td>` : undefined}
          <td>${result ? clock(result.seconds) : '–'}</td>
          <td class="text">${state}</td>
          <td class="text">${String(compared.environment.cpu ?? '')}</td>
        </tr>`;
      }),
    );
    return html`<div class="scroll"><table class="numbers">
      <thead><tr><th scope="col" class="text">run</th><th scope="col">seed</th><th scope="col">${heldOut} error, last epoch</th><th scope="col">best epoch</th>${hasTest ? html`<th scope="col">test error, best epoch</th>` : undefined}
      <th scope="col">time</th><th scope="col" class="text">state</th><th scope="col" class="text">processor</th></tr></thead>
      <tbody>${rows}</tbody></table></div>`;
  },
};
