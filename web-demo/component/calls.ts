// Calls to the worker: each message becomes a promise of the reply.
import { orAborted } from '../../models/call-options.ts';
import { COPY } from './addresses.ts';
import { ModelError } from './errors.ts';
import type { Reply, Request, StopMessage } from './protocol.ts';

/** A request without the number that the answer comes back with. */
export type Call = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

type Answered = Exclude<Reply, { type: 'progress' | 'failed' }>;

export interface Calls {
  /**
   * @param type - the type of reply that answers the question.
   * @param signal - ends the waiting, and what the worker can end of its work.
   * @throws ModelError when the worker says so, or is closed before it replies; the signal's reason.
   */
  ask<T extends Answered['type']>(
    question: Call,
    type: T,
    signal?: AbortSignal,
  ): Promise<Extract<Answered, { type: T }>>;
  close(): void;
}

interface Waiting {
  readonly resolve: (reply: Answered) => void;
  readonly reject: (error: ModelError) => void;
}

/**
 * Starts asking a worker.
 *
 * @param script - its address, to be named where it does not load.
 */
export function createCalls(
  worker: Worker,
  script: URL,
  progress?: (loaded: number, total: number) => void,
): Calls {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  /** Whether the script has loaded, since it has said something. */
  let loaded = false;
  /** Why the worker does not reply any more. */
  let ended: ModelError | undefined;

  function fail(error: ModelError): void {
    ended = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    loaded = true;
    if (data.type === 'progress') return progress?.(data.loaded, data.total);
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.type === 'failed') one?.reject(new ModelError(data.reason, data.message));
    else one?.resolve(data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const said = event.message || 'no reason was given';
    if (loaded) fail(new ModelError('runtime', said));
    else
      fail(
        new ModelError('fetch', `The script that runs the model did not load: ${script}. ${said}. ${COPY}`),
      );
  });

  return {
    ask(question, type, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const id = ++last;
      const stop = () => {
        if (!waiting.delete(id)) return;
        worker.postMessage({ type: 'stop', id } satisfies StopMessage);
      };
      signal?.addEventListener('abort', stop, { once: true });
      const answered = new Promise<Extract<Answered, { type: typeof type }>>((resolve, reject) => {
        if (ended) return reject(ended);
        const typed = (reply: Answered) => {
          if (isOfType(reply, type)) resolve(reply);
          else reject(new ModelError('runtime', `the worker answered ${reply.type}, expected ${type}`));
        };
        waiting.set(id, { resolve: typed, reject });
        worker.postMessage({ ...question, id });
      });
      return orAborted(answered, signal).finally(() => signal?.removeEventListener('abort', stop));
    },
    close() {
      worker.terminate();
      fail(new ModelError('closed', 'The model was closed.'));
    },
  };
}

function isOfType<T extends Answered['type']>(
  reply: Answered,
  type: T,
): reply is Extract<Answered, { type: T }> {
  return reply.type === type;
}
