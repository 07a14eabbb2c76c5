// Which classes are taken for which.
import { heldOutOf } from '../../../models/held-out.ts';
import { confusionMatrix, confusionOf } from '../confusion-matrix.ts';
import { defineSection } from '../section.ts';

export const confusion = defineSection({
  id: 'confusion',
  title: 'Confusions',
  tasks: ['single'],
  analyze: ({ validation, dataset }) => confusionOf(validation, dataset.labels.length),
  render: ({ analysis, dataset: { labels }, recipe }) =>
    confusionMatrix(analysis, labels, `${heldOutOf(recipe)} pictures`),
});
