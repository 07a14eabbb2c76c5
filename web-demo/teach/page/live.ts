// The live answer: what is on the pad, or what the camera sees, by the classifier that was taught.
import { messageOf } from '../../../models/errors.ts';
import type { Picture } from '../../component/index.ts';
import { answerInWords } from '../../page/reading/answer.ts';
import { type Bars, createBars } from '../../page/reading/bars.ts';
import { latestOnly } from '../../page/shell/latest.ts';

export interface Live {
  /** Answers a picture, or the newest one when the worker is busy. @param steady - blends it with the answers before it. */
  show(picture: () => Promise<Picture | undefined>, steady: boolean): void;
  /** Another classifier answers from now on; undefined: none. */
  classes(labels: readonly string[] | undefined): void;
}

/** How much of the answer before stays: at 15 frames a second, a change shows within a third of one. */
const STEADY = 0.7;

export function createLive(
  list: HTMLElement,
  label: HTMLElement,
  words: HTMLElement,
  answer: (picture: Picture) => Promise<{ probabilities: Float32Array }>,
): Live {
  const queue = latestOnly();
  let labels: readonly string[] | undefined;
  let bars: Bars | undefined;
  let before: Float32Array | undefined;

  function fill(probabilities: Float32Array | undefined): void {
    bars?.show(probabilities ?? null);
    const said = probabilities && labels && answerInWords(probabilities, labels);
    label.textContent = said?.label ?? '';
    label.dataset.state = said === undefined ? 'empty' : said.sure ? 'sure' : 'unsure';
    words.textContent = said?.words ?? (labels ? 'Show it something' : 'Not taught yet');
    before = probabilities;
  }

  return {
    show(picture, steady) {
      queue.ask(async () => {
        const asked = labels;
        if (asked === undefined) return;
        try {
          const shown = await picture();
          const answered = shown && (await answer(shown)).probabilities;
          if (asked !== labels) return;
          const past = steady ? before : undefined;
          fill(answered?.map((value, i) => (past ? STEADY * (past[i] ?? 0) + (1 - STEADY) * value : value)));
        } catch (error) {
          words.textContent = messageOf(error);
        }
      });
    },
    classes(next) {
      labels = next;
      queue.cancel();
      bars = next && createBars(list, next);
      list.hidden = next === undefined;
      fill(undefined);
    },
  };
}
