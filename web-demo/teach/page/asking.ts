// Asks the worker that teaches: each message becomes a promise of its answer.
import type { Name, Questions, TeachReply } from '../worker/protocol.ts';

export interface TeachWorker {
  /** @throws Error with what the worker says, or that it did not load. */
  ask<N extends Name>(name: N, asked: Questions[N]['asked']): Promise<Questions[N]['answered']>;
}

interface Waiting {
  readonly answer: (answered: never) => void;
  readonly fail: (error: Error) => void;
}

/** @param progress - is told how much of a model's file is here. */
export function createTeachWorker(
  worker: Worker,
  progress: (loaded: number, total: number) => void,
): TeachWorker {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<TeachReply>) => {
    if ('progress' in data) return progress(...data.progress);
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ('failed' in data) one?.fail(new Error(data.failed));
    // The border with messages: the worker answers what was asked.
    else one?.answer(data.answered as never);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const error = new Error(
      `What trains the classifier did not load: ${event.message || 'no reason was given'}`,
    );
    for (const { fail } of waiting.values()) fail(error);
    waiting.clear();
  });
  return {
    ask(name, asked) {
      const id = ++last;
      return new Promise((answer, fail) => {
        waiting.set(id, { answer, fail });
        worker.postMessage({ name, id, asked });
      });
    },
  };
}
