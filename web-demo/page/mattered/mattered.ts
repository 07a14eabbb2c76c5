// "What mattered?": the switch, what it finds, and where that is shown.
import { createQuestions } from '../draw/question.ts';
import type { createRaster } from '../draw/raster.ts';
import { element } from '../shell/elements.ts';
import { createExplainSwitch, type ExplainSwitch } from './explain-switch.ts';
import { findWhatMattered, type Subject } from './find.ts';
import { createOverlay } from './overlay.ts';

/**
 * @param subject - the picture of the moment, and what was answered.
 * @param live - whether one picture follows the other.
 * @param sheet - the pad or the frame of photos, whichever shows the picture.
 */
export function createMattered(
  raster: ReturnType<typeof createRaster>,
  subject: () => Subject | undefined,
  sheet: () => HTMLElement,
  live: () => boolean,
): ExplainSwitch {
  const overlay = createOverlay();
  const questionOf = createQuestions(raster); // of its own: it remembers the drawing that it was asked about before
  return createExplainSwitch({
    button: element('explain', HTMLButtonElement),
    subject,
    find: (subject, signal) => findWhatMattered(subject, questionOf, signal),
    show: (found) => overlay.show(sheet(), found),
    slow: overlay.search,
    switched: overlay.keepPlace,
    live,
  });
}
