// Precision and recall at every threshold, which one share of errors does not say.
import { columnsOf } from '../../../models/measure/labels.ts';
import { precisionRecallOf, precisionRecallPlot } from '../precision-recall.ts';
import { defineSection } from '../section.ts';

export const precisionRecall = defineSection({
  id: 'precision-recall',
  title: 'Precision and recall',
  tasks: ['single', 'multi'],
  analyze({ validation, targets, dataset: { labels } }) {
    const columns =
      targets === undefined
        ? labels.map((_, class_) => ({
            scores: validation.map(({ probabilities }) => probabilities[class_] ?? 0),
            has: validation.map(({ label }) => (label === class_ ? 1 : 0)),
          }))
        : columnsOf({ probabilities: targets.values, targets: targets.targets, labels: targets.count });
    const lines = precisionRecallOf(labels, columns);
    return lines.length === 0 ? undefined : lines;
  },
  render: ({ analysis }) => precisionRecallPlot(analysis),
});
