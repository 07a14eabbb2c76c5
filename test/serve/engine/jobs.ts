// Jobs and workers for the tests of the engine's pieces, without threads.
import type { PictureJob } from '../../../serve/engine/picture-job.ts';
import type { ToWorker } from '../../../serve/sessions/messages.ts';
import type { PoolWorker } from '../../../serve/sessions/worker-pool.ts';
import { colors, tinyModel } from '../tiny-model.ts';

const { card } = await tinyModel(colors);

/** A job, and what has become of it: `pending`, its probabilities, or its error. */
export function testJob(changes: Partial<PictureJob> = {}) {
  const outcome: { value: unknown } = { value: 'pending' };
  const settle = (value: unknown) => {
    outcome.value = value;
  };
  const job: PictureJob = {
    key: 'colors/1/a',
    model: { key: 'colors/1/a', path: 'model.onnx', card },
    name: { name: 'colors', version: 1 },
    input: { kind: 'input', data: new Uint8Array(12) },
    cost: 2,
    start: 0,
    decoded: 0,
    deadline: 1000,
    gone: undefined,
    alone: false,
    retried: false,
    settled: false,
    resolve: ({ output, timings }) => settle({ output: [...output], timings }),
    reject: settle,
    ...changes,
  };
  return { job, outcome };
}

/** A worker that is ready, and the messages that it was sent. */
export function testWorker(changes: Partial<PoolWorker> = {}) {
  const sent: ToWorker[] = [];
  const worker: PoolWorker = {
    cost: 0,
    alone: 0,
    batches: 0,
    paused: false,
    ready: true,
    lastUsed: new Map([['colors/1/a', 0]]),
    send: (message) => void sent.push(message),
    ...changes,
  };
  return { worker, sent };
}

/** An observer that lists its events. */
export function recordingObserver() {
  const events: unknown[][] = [];
  return {
    events,
    observer: {
      classified: (...event: unknown[]) => void events.push(['classified', ...event]),
      failed: (...event: unknown[]) => void events.push(['failed', ...event]),
      batched: (...event: unknown[]) => void events.push(['batched', ...event]),
    },
  };
}
