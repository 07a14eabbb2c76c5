// What is promised of dispatching: one message for each worker and turn, and no job for a client that has gone.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAssignments } from '../../../serve/engine/assignments.ts';
import { createDispatchLoop } from '../../../serve/engine/dispatch-loop.ts';
import type { PictureJob } from '../../../serve/engine/picture-job.ts';
import { createQueue } from '../../../serve/sessions/queue.ts';
import { unpack } from '../../../serve/sessions/transfer.ts';
import type { PoolWorker } from '../../../serve/sessions/worker-pool.ts';
import { testJob, testWorker } from './jobs.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(workers: PoolWorker[]) {
  const queue = createQueue<PictureJob>();
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const gone: PictureJob[] = [];
  const onGone = (job: PictureJob) => void gone.push(job);
  const loop = createDispatchLoop({
    queue,
    assignments,
    workers: () => workers,
    onGone,
    now: () => performance.now(),
  });
  return { queue, assignments, gone, loop };
}

test('all jobs of one turn go to a worker in one message', () => {
  const { worker, sent } = testWorker();
  const { queue, assignments, loop } = open([worker]);
  for (let i = 0; i < 5; i++) {
    queue.add(testJob({ cost: 0.2 }).job);
    loop.schedule();
  }
  expect(sent).toEqual([]);
  vi.runAllTimers();
  expect(sent.map(({ kind }) => kind)).toEqual(['batch']);
  const [message] = sent;
  const ids = message?.kind === 'batch' ? unpack(message.transfer).map(({ id }) => id) : [];
  expect(ids).toEqual([0, 1, 2, 3, 4]);
  expect([worker.batches, worker.lastBatch?.pictures, assignments.size]).toEqual([1, 5, 5]);
});

test('a worker that does not have the model opens it first', () => {
  const { worker, sent } = testWorker({ lastUsed: new Map() });
  const { queue, loop } = open([worker]);
  queue.add(testJob().job);
  queue.add(testJob().job);
  loop.dispatch();
  expect(sent.map(({ kind }) => kind)).toEqual(['open', 'batch']);
});

test('a job whose client has gone is not sent, and costs its worker nothing', () => {
  const { worker, sent } = testWorker();
  const { queue, assignments, gone, loop } = open([worker]);
  const { job } = testJob({ gone: () => true });
  queue.add(job);
  loop.dispatch();
  expect([sent, gone, worker.cost, assignments.size]).toEqual([[], [job], 0, 0]);
});

test('what must wait for a batch is dispatched when the wait is over, by one timer', () => {
  const now = performance.now();
  const { worker, sent } = testWorker({ batchWait: { pictures: 4, until: now + 12.5 } });
  const { queue, loop } = open([worker]);
  queue.add(testJob({ cost: 20 }).job);
  loop.dispatch();
  loop.dispatch();
  expect([sent.length, vi.getTimerCount()]).toEqual([0, 1]);
  vi.advanceTimersByTime(13);
  expect([sent.length, vi.getTimerCount()]).toEqual([1, 0]);
});

test('nothing is dispatched after the end', () => {
  const { worker, sent } = testWorker({ batchWait: { pictures: 4, until: performance.now() + 12 } });
  const { queue, loop } = open([worker]);
  queue.add(testJob({ cost: 20 }).job);
  loop.dispatch();
  loop.stop();
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([]);
});

test('a job that is late is not sent; one of that time is', () => {
  vi.advanceTimersByTime(100);
  const { worker, sent } = testWorker();
  const { queue, gone, loop } = open([worker]);
  const [late, punctual] = [testJob({ deadline: 99 }).job, testJob({ deadline: performance.now() }).job];
  queue.add(late);
  queue.add(punctual);
  loop.dispatch();
  expect(gone).toEqual([late]);
  expect(sent).toHaveLength(1);
});

test('bytes of a batch are handed over, not copied', () => {
  const lists: unknown[] = [];
  const { worker } = testWorker();
  const sending: PoolWorker = {
    ...worker,
    send: (message, transferred) =>
      lists.push([message.kind === 'batch' ? message.transfer.buffer : undefined, transferred]),
  };
  const { queue, loop } = open([sending]);
  queue.add(testJob().job);
  loop.dispatch();
  const [[buffer, transferred] = []] = lists as unknown[][];
  expect(buffer).toBeInstanceOf(ArrayBuffer);
  expect(transferred).toEqual([buffer]);
  expect(sending).toMatchObject({ batches: 1, lastBatch: { pictures: 1, at: performance.now() } });
});

test('the timer is for the first wait that is not over, and there is none for an empty queue', () => {
  vi.advanceTimersByTime(1000);
  const now = performance.now();
  const waits = { pictures: 4, until: now + 12.5 };
  const workers = [
    testWorker({ batchWait: { pictures: 4, until: now - 5 }, batches: 2, cost: 500 }),
    testWorker({ batchWait: { pictures: 4, until: now + 40 } }),
    testWorker({ batchWait: waits }),
    testWorker({ batches: 2, cost: 500 }),
  ];
  const { queue, loop } = open(workers.map(({ worker }) => worker));
  loop.dispatch();
  expect(vi.getTimerCount()).toBe(0);
  queue.add(testJob({ cost: 20, deadline: 1e9 }).job);
  loop.dispatch();
  expect(vi.getTimerCount()).toBe(1);
  const dispatched = vi.spyOn(queue, 'dispatch');
  vi.advanceTimersByTime(12);
  expect(dispatched).not.toHaveBeenCalled();
  expect(workers.map(({ sent }) => sent.length)).toEqual([0, 0, 0, 0]);
  vi.advanceTimersByTime(1);
  expect(workers.map(({ sent }) => sent.length)).toEqual([0, 0, 1, 0]);
});

test('the clock is that of the machine where none is given', () => {
  vi.advanceTimersByTime(50);
  const { worker } = testWorker();
  const queue = createQueue<PictureJob>();
  const assignments = createAssignments<PoolWorker, PictureJob>();
  createDispatchLoop({ queue, assignments, workers: () => [worker], onGone() {} }).dispatch();
  queue.add(testJob().job);
  createDispatchLoop({ queue, assignments, workers: () => [worker], onGone() {} }).dispatch();
  expect(worker.lastUsed.get('colors/1/a')).toBe(performance.now());
});
