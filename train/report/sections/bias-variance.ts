// Where the error comes from, and what to do about it.

import { heldOutOf } from '../../../models/held-out.ts';
import { isAugmented } from '../../augment/index.ts';
import { diagnose, statisticsOfAnswers } from '../advice.ts';
import { advisedCommands } from '../advised-commands.ts';
import { percent, points, whole } from '../format.ts';
import { html } from '../html.ts';
import { marked } from '../marked.ts';
import { defineSection } from '../section.ts';

export const biasVariance = defineSection({
  id: 'bias-variance',
  title: 'Bias and variance',
  tasks: ['single'],
  analyze: ({ train, validation }) => ({
    train: statisticsOfAnswers(train),
    test: statisticsOfAnswers(validation),
  }),
  render({ analysis, recipe, record, run }) {
    const { train, test } = analysis;
    const heldOut = heldOutOf(recipe);
    const { lowest, avoidableBias, variance, interval, summary, advice } = diagnose(
      analysis,
      recipe,
      record.history,
    );
    const parts = [
      { name: 'lowest known', value: lowest.error, text: percent(lowest.error), kind: 'floor' },
      { name: 'avoidable bias', value: avoidableBias, text: points(avoidableBias), kind: 'bias' },
      { name: 'variance', value: variance, text: points(variance), kind: 'variance' },
    ];
    const total = parts.reduce((sum, { value }) => sum + Math.max(0, value), 0) || 1;
    return html`<p class="lead">${summary}</p>
      <div class="split" role="img" aria-label="${parts.map(({ name, text }) => `${name} ${text}`).join(', ')}">${parts
        .filter(({ value }) => value > 0)
        .map(
          ({ name, value, kind }) =>
            html`<span class="${kind}" style="flex-grow:${(value / total).toFixed(4)}" title="${name}"></span>`,
        )}</div>
      <dl class="parts">${parts.map(
        ({ name, text, kind }) => html`<div class="${kind}"><dt><i></i>${name}</dt><dd>${text}</dd></div>`,
      )}
        <div><dt>training error</dt><dd>${percent(train.errorRate)}</dd></div>
        <div><dt>${heldOut} error</dt><dd>${percent(test.errorRate)}</dd></div>
      </dl>
      <h3>What to try next</h3>
      <ul class="advice typed">${advice.map(
        (line) =>
          html`<li>${marked(line)}${advisedCommands(line, run, recipe).map((text) => html`<br><code>${text}</code>`)}</li>`,
      )}</ul>
      <p class="note">Both errors are of the best checkpoint${isAugmented(recipe.augment) ? ', on pictures that are not augmented' : ''}: ${whole(test.n)} ${heldOut}
      pictures (95 % interval ${percent(interval[0])} to ${percent(interval[1])}) and ${whole(train.n)} training pictures.
      Lowest known error: ${percent(lowest.error)} (${lowest.source}).</p>`;
  },
});
