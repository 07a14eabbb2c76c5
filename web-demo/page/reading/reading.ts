// All that the page says about a picture: answer, bars, and what the model sees.
import type { Card, Classification } from '../../component/index.ts';
import type { AnyAnswer } from '../said.ts';
import { byId, element } from '../shell/elements.ts';
import { type AnswerInWords, createAnswer, numberInWords } from './answer.ts';
import { type Bars, createBars } from './bars.ts';
import { createNumbers } from './numbers.ts';
import { createTileRow } from './row.ts';
import { labelsInWords, numbersInWords } from './tasks.ts';
import { paintTile } from './tile.ts';

export interface Reading {
  /** Shows another model: its labels or numbers, and the shape of its input. */
  model(card: Card): void;
  /** @param chosen - the answer that was changed last, of several digits. */
  show(answers: readonly AnyAnswer[], chosen: number): void;
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
  let card: Card | undefined;
  let shape: Classification['shape'] = unknownModel.shape;
  let bars = createBars(byId('bars'), unknownModel.labels);
  let answers: readonly AnyAnswer[] = [];
  let chosen = 0;
  const row = createTileRow(byId('row'), (index) => {
    show(answers, index);
    choose();
  });

  function show(next: readonly AnyAnswer[], index: number): void {
    answers = next;
    chosen = Math.min(index, next.length - 1);
    const one = next[chosen];
    if (!one || !card) return;
    answer.show(inWords(next, one, card));
    bars.show(
      one.task === 'regression'
        ? card.labels.map((name) => one.values[name] ?? Number.NaN)
        : one.probabilities,
    );
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
    model(next) {
      card = next;
      shape = next.input.shape;
      bars = barsOf(byId('bars'), next);
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

function barsOf(list: HTMLElement, card: Card): Bars {
  if (card.task === 'regression') return createNumbers(list, card);
  return createBars(list, card.labels, card.task === 'multi' ? card.thresholds : undefined);
}

/** @param one - the answer that is chosen; of one label, all of them are one number. */
function inWords(answers: readonly AnyAnswer[], one: AnyAnswer, card: Card): AnswerInWords {
  if (one.task === 'multi') return labelsInWords(one, card);
  if (one.task === 'regression') return numbersInWords(one, { ranges: [], ...card });
  return numberInWords(
    answers.filter((each) => each.task === 'single'),
    card.labels,
  );
}
