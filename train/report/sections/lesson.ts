// What a lesson is about, what its series published, and what to train to compare with.
import { canonicalJson } from '../../../models/canonical.ts';
import { command } from '../../../setup/invocation.mjs';
import { familyOf, wordListOf } from '../../recipes/index.ts';
import { type Row, rows } from '../../recipes/published.ts';
import { decidingInWords, isErrorAlone } from '../../tasks/words.ts';
import type { Facts } from '../facts.ts';
import { many, percent, short } from '../format.ts';
import { type Html, html } from '../html.ts';
import { marked } from '../marked.ts';
import { defineSection } from '../section.ts';

export const lesson = defineSection({
  id: 'lesson',
  title: 'The lesson',
  render({ recipe, record }) {
    const family = familyOf(recipe);
    if (family?.lesson === undefined) return undefined;
    const chosen = recipe.options ?? {};
    const optionTexts = (family.options ?? []).flatMap(({ name, lessons: texts = {} }) => {
      const value = chosen[name] ?? '';
      const text = texts[value];
      return text === undefined
        ? []
        : [html`<h3 class="under"><code>--${name} ${value}</code></h3><p class="told">${marked(text)}</p>`];
    });
    const ofFamily = rows.filter((row) => row.recipe === recipe.name);
    const own = ofFamily.find(({ options }) => canonicalJson(options) === canonicalJson(chosen));
    const others = ofFamily
      .filter((row) => row !== own)
      .map(
        ({ options }) => html`<li><code>${command('train', wordListOf({ ...recipe, options }))}</code></li>`,
      );
    return html`<p class="lead">${marked(family.lesson)}</p>
      ${optionTexts}
      ${own && figures(own, record)}
      ${others.length === 0 ? undefined : html`<h3 class="under">Beside it</h3><ul class="advice typed">${others}</ul>`}`;
  },
});

/** What the series published, where that is a figure, and next to it the result of the run. */
function figures({ published }: Row, { history }: Facts['record']): Html | undefined {
  if (!/\d/.test(published)) return undefined;
  const last = history.at(-1);
  return html`<dl class="parts apart"><div><dt>published</dt><dd>${published}</dd></div>${
    last &&
    html`<div><dt>this run, after ${many(last.epoch, 'epoch')}</dt><dd>${isErrorAlone(last) ? percent(1 - last.errorRate) : decidingInWords(last)}, cost ${short(last.validLoss)}</dd></div>`
  }</dl>`;
}
