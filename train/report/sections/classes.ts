// How well each class is answered, which one share of errors does not say where classes are of unequal size.
import { classFiguresOf, classTable, meanOver } from '../class-figures.ts';
import { confusionOf } from '../confusion-matrix.ts';
import { percent } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';

export const classes = defineSection({
  id: 'classes',
  title: 'Classes',
  tasks: ['single'],
  analyze: ({ validation, dataset: { labels } }) =>
    classFiguresOf(confusionOf(validation, labels.length), labels),
  render: ({ analysis }) => html`<dl class="parts">
      <div><dt>balanced accuracy, mean recall</dt><dd>${percent(meanOver(analysis, ({ recall }) => recall))}</dd></div>
      <div><dt>F1, mean of the classes</dt><dd>${percent(meanOver(analysis, ({ f1 }) => f1))}</dd></div>
    </dl>
    ${classTable(analysis)}`,
});
