// From a changed picture to its answer: asks the model about the newest, shows once a frame, says when the picture rests.
import { messageOf } from '../../models/errors.ts';
import type { Picture } from '../component/index.ts';
import type { Drawn } from './draw/groups.ts';
import type { AnyAnswer, AnyModel } from './said.ts';
import { latestOnly } from './shell/latest.ts';
import { firstAnswer, measureUntilPainted, penToBars } from './shell/marks.ts';

/** Milliseconds without a new answer after which a picture counts as done. */
const REST = 350;

/** The pictures to classify, and which of them was changed last. */
export interface Question {
  readonly pictures: readonly Picture[];
  readonly chosen: number;
  /** The file of the only picture, where its pixels are too many to be sent to a server. */
  readonly file?: Blob | undefined;
  /** The drawing, where that is what is asked about. */
  readonly drawn?: Drawn | undefined;
}

export interface Answered extends Question {
  readonly answers: readonly AnyAnswer[];
}

export interface AskingOptions {
  /** The model in use, and the question of the moment; undefined when there is none. */
  readonly model: () => AnyModel | undefined;
  readonly question: () => Question | undefined;
  /** Shows the latest answers; called at most once a frame. */
  readonly show: (answered: Answered) => void;
  /** Called when no new answer has come for a while. */
  readonly rested: (answered: Answered) => void;
  readonly failed: (message: string) => void;
}

export interface Asking {
  /**
   * Asks about the question of the moment, or about the next one when the model is busy.
   *
   * @param at - time of the pen's movement that changed the picture, for the page's own measures.
   */
  ask(at?: number): void;
  /** Forgets what was asked and answered: the pad was cleared, or another model is in use. */
  forget(): void;
  latest(): Answered | undefined;
}

export function createAsking({ model, question, show, rested, failed }: AskingOptions): Asking {
  const queue = latestOnly();
  /** Counts calls of `forget`: the answer to an earlier question is not shown any more. */
  let generation = 0;
  let latest: Answered | undefined;
  let resting: ReturnType<typeof setTimeout> | undefined;
  /** Whether the next frame will show the latest answer. */
  let waiting = false;
  let answeredBefore = false;

  async function answer(asked: number, at: number | undefined): Promise<void> {
    const current = model();
    const next = asked === generation ? question() : undefined;
    if (!current || !next) return;
    try {
      const answers = await current.classify(next.pictures);
      if (asked === generation) take({ ...next, answers }, at);
    } catch (error) {
      if (asked === generation) failed(messageOf(error));
    }
  }

  function take(answered: Answered, at: number | undefined): void {
    latest = answered;
    if (!waiting) requestAnimationFrame(paint);
    waiting = true;
    if (at !== undefined) measureUntilPainted(penToBars, at);
    if (!answeredBefore) measureUntilPainted(firstAnswer, 0);
    answeredBefore = true;
  }

  /** Changes the page once a frame, however many answers come: each change would cause a layout at the next movement. */
  function paint(): void {
    waiting = false;
    if (!latest) return;
    show(latest);
    clearTimeout(resting);
    resting = setTimeout(() => latest && rested(latest), REST);
  }

  return {
    ask(at) {
      clearTimeout(resting);
      const asked = generation;
      queue.ask(() => answer(asked, at));
    },
    forget() {
      generation++;
      latest = undefined;
      clearTimeout(resting);
      queue.cancel();
    },
    latest: () => latest,
  };
}
