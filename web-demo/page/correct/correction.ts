// "Wrong? It was a …": one names what a drawing is, and the model that answers from then on has learned it.
import { messageOf } from '../../../models/errors.ts';
import type { Card, Picture } from '../../component/index.ts';
import { createTeachWorker, type TeachWorker } from '../../teach/page/asking.ts';
import { sendModel, takesModels } from '../../teach/page/send.ts';
import type { Models } from '../models/models.ts';
import { answerInWords } from '../reading/answer.ts';
import type { AnyAnswer } from '../said.ts';
import { byId, element } from '../shell/elements.ts';
import { hand } from '../shell/hand.ts';
import { type Corrections, correctionsOf, correctWith } from './corrections.ts';

/** The drawing of the moment, with the answers, of which one is chosen. */
export interface Subject {
  readonly picture: Picture;
  readonly answered: { readonly answers: readonly AnyAnswer[] };
  readonly chosen: number;
}

export interface CorrectionView {
  /** Whether there is an answer that may be wrong: one label, of which another would be right. */
  offer(card: Card | undefined): void;
}

export function createCorrection(
  models: Pick<Models, 'current' | 'put'>,
  subject: () => Subject | undefined,
): CorrectionView {
  const right = element('right', HTMLSelectElement);
  const buttons = {
    correct: element('correct', HTMLButtonElement),
    undo: element('uncorrect', HTMLButtonElement),
    keep: element('keep-corrected', HTMLButtonElement),
    send: element('send-corrected', HTMLButtonElement),
  };
  const key = element('corrected-key', HTMLInputElement);
  const words = byId('corrected');
  let worker: TeachWorker | undefined;
  let known: Corrections | undefined;
  /** The labels that are offered. */
  let labels: readonly string[] | undefined;
  /** Whether the server takes models: it is asked once, when there is one to send. */
  let taking: Promise<boolean> | undefined;
  let takes = false;
  let possible = false;
  let busy = false;

  function refresh(): void {
    right.disabled = busy || !possible;
    buttons.correct.disabled = busy || !possible || right.value === '';
    const nothing = known?.made === undefined;
    byId('corrected-actions').hidden = nothing;
    byId('corrected-sending').hidden = nothing || !takes;
    buttons.undo.disabled = busy;
    buttons.send.disabled = busy;
  }

  async function learn(
    before: Corrections,
    given: Corrections['given'],
    card: Card,
    say: (answers: readonly Float32Array[]) => string,
  ) {
    busy = true;
    words.textContent = given.length === 0 ? '' : 'Learning it…';
    refresh();
    try {
      // Nothing of this is fetched before somebody corrects.
      worker ??= createTeachWorker(
        new Worker(new URL('browser/teach-worker.js', document.baseURI)),
        () => {},
      );
      const { corrections, answers } = await correctWith(worker, before, given, card);
      taking ??= takesModels();
      takes = await taking;
      known = corrections;
      words.textContent = say(answers);
      models.put(corrections.made ?? corrections.base, before.made);
    } catch (error) {
      words.textContent = messageOf(error);
    } finally {
      busy = false;
      refresh();
    }
  }

  right.addEventListener('change', refresh);
  buttons.correct.addEventListener('click', () => {
    const [loaded, asked] = [models.current(), subject()];
    const answer = asked?.answered.answers[asked.chosen];
    if (!loaded || !asked || answer?.task !== 'single' || right.value === '') return;
    const { card } = loaded.model;
    const before = correctionsOf(loaded.entry, known);
    const given = [...before.given, { picture: asked.picture, label: Number(right.value) }];
    right.value = '';
    const was = inWords(answer.probabilities, card);
    void learn(
      before,
      given,
      card,
      (answers) => `Before: ${was}. Now: ${inWords(answers.at(-1) ?? [], card)}. ${learned(given.length)}`,
    );
  });
  buttons.undo.addEventListener('click', () => {
    const last = known;
    const card = last?.made?.card;
    if (!last || !card) return;
    const given = last.given.slice(0, -1);
    void learn(last, given, card, () => (given.length === 0 ? 'As it was before.' : learned(given.length)));
  });
  buttons.keep.addEventListener('click', () => {
    const { source, name } = known?.made ?? {};
    if (source instanceof Blob) hand(source, `${name}.onnx`);
  });
  buttons.send.addEventListener('click', () => {
    const { source, name = '' } = known?.made ?? {};
    if (source instanceof Blob) void send(source, name);
  });

  async function send(file: Blob, name: string): Promise<void> {
    busy = true;
    words.textContent = 'Sending it…';
    refresh();
    words.textContent = await sendModel(file, name, key.value.trim()).catch(messageOf);
    busy = false;
    refresh();
  }

  return {
    offer(card) {
      possible = card?.task === 'single';
      if (card && card.labels !== labels) fill(right, card.labels);
      labels = card?.labels ?? labels;
      refresh();
    },
  };
}

function inWords(probabilities: ArrayLike<number>, { labels }: Card): string {
  const { label, words } = answerInWords(probabilities, labels);
  return `${label}, ${words}`;
}

function learned(n: number): string {
  return `It has learned ${n === 1 ? 'one drawing' : `${n} drawings`}, for this visit.`;
}

function fill(select: HTMLSelectElement, labels: readonly string[]): void {
  select.replaceChildren(
    ...['', ...labels].map((label, i) => {
      const option = document.createElement('option');
      option.value = i === 0 ? '' : String(i - 1);
      option.textContent = label || '–';
      return option;
    }),
  );
}
