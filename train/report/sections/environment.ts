// The machine and the versions.

import { heldOutOf } from '../../../models/held-out.ts';
import { dataInWords } from '../../datasets/folder/findings-in-words.ts';
import { withPictures } from '../../datasets/index.ts';
import { type Html, html } from '../html.ts';
import { defineSection } from '../section.ts';
import { shown } from './recipe.ts';

export const environment = defineSection({
  id: 'environment',
  title: 'Environment',
  render({ environment: all, dataset, recipe }) {
    const heldOut = heldOutOf(recipe);
    const rows: [string, unknown][] = [
      ...Object.entries(all),
      [
        'data',
        `${dataset.name}: ${dataset.train.n} training and ${dataset.validation.n} ${heldOut} pictures of ${withPictures(dataset).shape.join(' × ')}`,
      ],
      ...dataInWords(dataset, recipe).map((line): [string, unknown] => ['files', line]),
      ['training data', `SHA-256 ${dataset.digests.train}`],
      [`${heldOut} data`, `SHA-256 ${dataset.digests.validation}`],
    ];
    return factsOf(rows);
  },
});

/** Names with what they stand for; those of environment.json in words. */
export function factsOf(rows: readonly (readonly [name: string, value: unknown])[]): Html {
  return html`<dl class="facts">${rows.map(
    ([key, value]) =>
      html`<div><dt>${NAMES[key] ?? key}</dt><dd>${key === 'memory' ? `${value} GiB` : shown(value)}</dd></div>`,
  )}</dl>`;
}

const NAMES: Readonly<Record<string, string>> = {
  node: 'Node',
  tfjs: 'TensorFlow.js',
  tensorflow: 'TensorFlow',
  cpu: 'processor',
  nativeBfloat16: 'bfloat16 in hardware',
};
