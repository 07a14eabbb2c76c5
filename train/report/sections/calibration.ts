// Whether the network's probabilities mean what they say.
import { heldOutOf } from '../../../models/held-out.ts';
import { runCommand } from '../../runs/run-command.ts';
import { type Bin, calibrationOf } from '../calibration.ts';
import { percent, shortPercent } from '../format.ts';
import { html } from '../html.ts';
import { plot } from '../plot.ts';
import { defineSection } from '../section.ts';

export const calibration = defineSection({
  id: 'calibration',
  title: 'Calibration',
  tasks: ['single'],
  analyze: ({ validation }) => calibrationOf(validation),
  render({ analysis, run, recipe }) {
    const { bins, temperedBins, error, temperedError, temperature } = analysis;
    const points = (of: readonly Bin[]) =>
      of.map(({ confidence, accuracy }) => [confidence, accuracy] as const);
    return html`<div class="plots">${plot({
      title: 'Accuracy by confidence',
      x: 'confidence',
      domain: [0, 1],
      fromZero: true,
      format: shortPercent,
      series: [
        {
          name: 'perfect',
          color: 3,
          dashed: true,
          points: [
            [0, 0],
            [1, 1],
          ],
        },
        { name: 'as trained', color: 1, dots: true, points: points(bins) },
        { name: `temperature ${temperature}`, color: 2, dots: true, points: points(temperedBins) },
      ],
    })}</div>
    <p>Confidence and accuracy are ${percent(error, 1)} apart on the average over ${heldOutOf(recipe)} pictures;
    with temperature scaling ${percent(temperedError, 1)}.</p>
    <p class="note">When a network says 90 %, nine of ten such answers should be right. Dividing its logits by
    ${temperature} comes closest to that; no answer changes, only its probability.
    <code>${runCommand('export', run, [run.name, '--calibrate'])}</code> puts that into the model file. The second line and figure
    are of a temperature that was found on the other half of those pictures.</p>`;
  },
});
