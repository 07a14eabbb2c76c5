// Whether the network's probabilities mean what they say.
import { heldOutOf } from '../../../models/held-out.ts';
import { runCommand } from '../../runs/run-command.ts';
import { calibrationOf } from '../calibration.ts';
import { percent } from '../format.ts';
import { html } from '../html.ts';
import { reliabilityPlot } from '../reliability-plot.ts';
import { defineSection } from '../section.ts';

export const calibration = defineSection({
  id: 'calibration',
  title: 'Calibration',
  tasks: ['single'],
  analyze: ({ validation }) => calibrationOf(validation),
  render({ analysis, run, recipe }) {
    const { bins, temperedBins, error, temperedError, temperature } = analysis;
    return html`${reliabilityPlot([
      { name: 'as trained', bins },
      { name: `temperature ${temperature}`, bins: temperedBins },
    ])}
    <p>Confidence and accuracy are ${percent(error, 1)} apart on the average over ${heldOutOf(recipe)} pictures;
    with temperature scaling ${percent(temperedError, 1)}.</p>
    <p class="note">When a network says 90 %, nine of ten such answers should be right. Dividing its logits by
    ${temperature} comes closest to that; no answer changes, only its probability.
    <code>${runCommand('export', run, [run.name, '--calibrate'])}</code> puts that into the model file. The second line and figure
    are of a temperature that was found on the other half of those pictures.</p>`;
  },
});
