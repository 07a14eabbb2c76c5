// The recipe, all of it.
import { recipeDigest } from '../../recipes/index.ts';
import { type Html, html } from '../html.ts';
import { defineSection } from '../section.ts';

export const recipe = defineSection({
  id: 'recipe',
  title: 'Recipe',
  render({ recipe: all }) {
    const { name: _name, description: _description, ...rest } = all;
    return html`<dl class="facts">${Object.entries(rest).map(
      ([key, value]) => html`<div><dt>${key}</dt><dd>${shown(value)}</dd></div>`,
    )}</dl>
    <p class="note">SHA-256 of the recipe: <code>${recipeDigest(all)}</code></p>`;
  },
});

/** A value of a recipe as a person writes it. */
export function shown(value: unknown): Html {
  if (value === null || typeof value !== 'object') return html`${String(value)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return html`none`;
    if (value.some((item) => typeof item === 'object')) return html`${value.map(shown)}`;
    return html`${value.map((item, i) => html`${i > 0 ? ', ' : ''}${shown(item)}`)}`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return html`none`;
  const named = entries.map(([key, item]) =>
    key === 'name' ? html`<b>${shown(item)}</b>` : html`<span><i>${key}</i> ${shown(item)}</span>`,
  );
  return html`<span class="fields">${named}</span>`;
}
