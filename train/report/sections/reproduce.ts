// The commands that make this run again, go on with it, or use it.

import { adjustedOptions } from '../../recipes/adjusted-options.ts';
import { type Recipe, wordsOf } from '../../recipes/index.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';

export const reproduce = defineSection({
  id: 'reproduce',
  title: 'Reproduce',
  render({ run, recipe, state }) {
    const commands = [
      ['Train it again', `npx trainyard train ${wordsOf(recipe)} ${optionsOf(recipe).join(' ')} --fresh`],
      ...(state === 'finished' ? [] : [['Go on with it', `npx trainyard train --resume ${run.name}`]]),
      ['Export it', `npx trainyard export ${run.name}`],
      ['Make this page again', `npx trainyard report ${run.name}`],
      ['Compare it', `npx trainyard compare ${run.name} <another run>`],
    ];
    return html`<dl class="commands">${commands.map(
      ([what, command]) => html`<div><dt>${what}</dt><dd><code>${command}</code></dd></div>`,
    )}</dl>
    <p class="note">The same recipe, data, versions and kind of processor end in the same weights, to the bit. The
    run's folder holds the recipe, every step (<code>steps.csv</code>), every epoch (<code>metrics.csv</code>), and the
    best and the last checkpoint (<code>best.safetensors</code>, <code>last.safetensors</code>).</p>`;
  },
});

/** The options of the command line by which a recipe differs from the one of its name. */
function optionsOf(recipe: Recipe): string[] {
  return [...adjustedOptions(recipe), '--seed', `${recipe.seed}`, '--precision', recipe.precision];
}
