// Numbers: what was answered beside what is true, and how far answers are off where.
import { heldOutOf } from '../../../models/held-out.ts';
import { whole } from '../format.ts';
import { html } from '../html.ts';
import { numberFigures } from '../number-figures.ts';
import { defineSection } from '../section.ts';

export const numbers = defineSection({
  id: 'numbers',
  title: 'Numbers',
  tasks: ['regression'],
  analyze: ({ targets }) => targets,
  render: ({ analysis, dataset, recipe }) => html`${numberFigures(analysis, dataset.labels)}
    <p class="note">Over ${whole(dataset.validation.n)} ${heldOutOf(recipe)} pictures, in the units of the data. A difference above zero: the network
    answers too much there.</p>`,
});
