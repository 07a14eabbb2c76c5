// The pictures whose labels or numbers are answered worst.
import { heldOutOf } from '../../../models/held-out.ts';
import { targetsInWords } from '../../tasks/target-words.ts';
import { fileName } from '../file-name.ts';
import { percent, short } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';

/** A label that is off by less is not named. */
const NAMED = 0.1;

export const worstTargets = defineSection({
  id: 'worst',
  title: 'Top losses',
  tasks: ['multi', 'regression'],
  analyze: ({ targets }) => targets,
  render({ analysis: { values, targets, count, worst, sheet }, dataset, recipe, tile }) {
    const heldOut = heldOutOf(recipe);
    const at = (all: Float32Array, index: number) => all.subarray(index * count, (index + 1) * count);
    const answered = (index: number) =>
      dataset.task === 'regression'
        ? targetsInWords(dataset, at(values, index))
        : dataset.labels
            .flatMap((label, k) => {
              const [probability = 0, target = 0] = [at(values, index)[k], at(targets, index)[k]];
              return Math.abs(probability - target) < NAMED ? [] : [`${label} ${percent(probability, 0)}`];
            })
            .join(', ');
    return html`<ul class="tiles">${worst.map(
      ({ index, loss }, i) => html`<li>
        ${tile(sheet, i, `${heldOut} picture ${index}`)}
        <p><b>${answered(index)}</b></p>
        <p>is <b>${targetsInWords(dataset, at(targets, index))}</b></p>
        <p class="quiet">loss ${short(loss)} · ${fileName(dataset.validation.files?.[index] ?? `no. ${index}`)}</p>
      </li>`,
    )}</ul>
    <p class="note">Each picture as the network gets it, ${dataset.task === 'regression' ? 'its answer' : 'the labels that it is unsure or wrong about, with their probabilities'},
    and what is true. ${dataset.validation.files ? 'A wrong label may be the reason: look at the file.' : 'The number is its place in the test set.'}</p>`;
  },
});
