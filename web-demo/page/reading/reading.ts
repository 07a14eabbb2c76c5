// All that the page says about a picture: answer, bars, and what the model sees.
import type { Classification } from '../../component/index.ts';
import { byId, element } from '../shell/elements.ts';
import { createAnswer, numberInWords } from './answer.ts';
import { createBars } from './bars.ts';
import { createTileRow } from './row.ts';
import { paintTile } from './tile.ts';

export interface Reading {
  /** Shows another model: its labels and the shape of its input. */
  model(labels: readonly string[], shape: Classification['shape']): void;
  /** @param chosen - the answer that was changed last, of several digits. */
  show(answers: readonly Classification[], chosen: number): void;
  empty(words: string): void;
  /** The picture is done for now: the answer is read out. */
  announce(): void;
  /** Says something in the answer's place, aloud. */
  refuse(message: string): void;
  /** Which of several answers is shown. */
  chosen(): number;
}

/** What is shown before a model says what its labels and its input are. */
const unknownModel = { labels: [...'0123456789'], shape: [28, 28, 1] as const };

/** @param choose - called when another of several digits is chosen. */
export function createReading(choose: () => void): Reading {
  const tile = element('tile', HTMLCanvasElement);
  const live = byId('live');
  const answer = createAnswer(byId('label'), byId('words'), live);
  let labels: readonly string[] = unknownModel.labels;
  let shape: Classification['shape'] = unknownModel.shape;
  let bars = createBars(byId('bars'), labels);
  let answers: readonly Classification[] = [];
  let chosen = 0;
  const row = createTileRow(byId('row'), (index) => {
    show(answers, index);
    choose();
  });

  function show(next: readonly Classification[], index: number): void {
    answers = next;
    chosen = Math.min(index, next.length - 1);
    const one = next[chosen];
    if (!one) return;
    answer.show(numberInWords(next, labels));
    bars.show(one.probabilities);
    paintTile(tile, one.input, one.shape);
    row.show(next, chosen);
  }

  function empty(words: string): void {
    answers = [];
    answer.empty(words);
    bars.show(null);
    paintTile(tile, null, shape);
    row.show([], 0);
  }

  return {
    model(newLabels, newShape) {
      labels = newLabels;
      shape = newShape;
      bars = createBars(byId('bars'), labels);
    },
    show,
    empty,
    announce: answer.announce,
    refuse(message) {
      empty(message);
      live.textContent = message;
    },
    chosen: () => chosen,
  };
}
