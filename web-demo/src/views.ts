// All that the page shows beside the pad, as one thing: it is told what happened and fills the elements.
import { createAnswer } from './answer.ts';
import { createBars } from './bars.ts';
import { createCheck } from './check.ts';
import { byId, element } from './elements.ts';
import { factsOf, showFacts } from './facts.ts';
import { createNotice, type Trouble } from './notice.ts';
import type { Answer, Comparison, Ready } from './protocol.ts';
import { paintTile } from './tile.ts';

export interface Views {
  /** A model is being looked for or loaded. */
  loading(): void;
  progress(loaded: number, total: number): void;
  trouble(trouble: Trouble): void;
  ready(ready: Ready): void;
  /** Nothing is drawn. */
  empty(): void;
  answer(answer: Answer): void;
  /** The drawing is done for now: the answer is read out. */
  announce(): void;
  compared(comparison: Comparison): void;
  /** What was given is no picture. */
  refuse(message: string): void;
}

/** What is shown before a model says what its labels and its input are. */
const unknownModel = {
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  shape: [28, 28, 1] as const,
};

/** Finds the elements of index.html and shows the first, empty state. */
export function createViews(): Views {
  const tile = element('tile', HTMLCanvasElement);
  const answer = createAnswer(byId('label'), byId('words'), byId('live'));
  const check = createCheck(byId('check'), byId('difference'));
  const notice = createNotice({
    progress: element('progress', HTMLProgressElement),
    box: byId('notice'),
    title: byId('notice-title'),
    text: byId('notice-text'),
    command: byId('notice-command'),
    detail: byId('notice-detail'),
  });
  let labels: readonly string[] = unknownModel.labels;
  let shape: Answer['shape'] = unknownModel.shape;
  let bars = createBars(byId('bars'), labels);
  let emptyWords = '';

  function empty(): void {
    answer.empty(emptyWords);
    bars.show(null);
    check.empty();
    paintTile(tile, null, shape);
  }

  return {
    loading() {
      notice.loading();
      emptyWords = 'Loading the model…';
      empty();
    },
    progress: notice.progress,
    trouble(trouble) {
      notice.trouble(trouble);
      emptyWords = '';
      empty();
    },
    ready(ready) {
      notice.clear();
      ({ labels } = ready.card);
      ({ shape } = ready.card.input);
      bars = createBars(byId('bars'), labels);
      showFacts(byId('facts'), factsOf(ready));
      element('file', HTMLAnchorElement).href = ready.model.url;
      byId('model').hidden = false;
      emptyWords = 'Nothing drawn yet';
      empty();
    },
    empty,
    answer(latest) {
      answer.show(latest.probabilities, labels);
      bars.show(latest.probabilities);
      check.browser(latest, labels);
      paintTile(tile, latest.input, latest.shape);
    },
    announce: answer.announce,
    compared: check.server,
    refuse(message) {
      answer.empty(message);
      byId('live').textContent = message;
    },
  };
}
