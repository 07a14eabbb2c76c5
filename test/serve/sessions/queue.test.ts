// What is promised of the rule by which workers get pictures: a free worker gets what there is, and batches grow with the load.
import { expect, test } from 'vitest';
import {
  batchWaitAfter,
  createQueue,
  type QueuedJob,
  type WorkerSlot,
} from '../../../serve/sessions/queue.ts';

interface Worker extends WorkerSlot {
  cost: number;
  batches: number;
}

const worker = (): Worker => ({ cost: 0, alone: 0, batches: 0, paused: false });

/** A queue, and a way to put pictures of so many milliseconds into it. */
function open() {
  const queue = createQueue<QueuedJob>();
  const put = (count: number, cost: number) => {
    for (let i = 0; i < count; i++) {
      const input = { kind: 'input', data: new Uint8Array() } as const;
      const times = { start: 0, deadline: 1e9, gone: undefined };
      queue.add({ key: 'k', input, cost, ...times, retried: false, alone: cost >= 100 });
    }
  };
  /** @returns how many each worker was given. */
  const dispatch = (workers: Worker[], now = 0): number[] => {
    const given = workers.map(() => 0);
    queue.dispatch(
      workers,
      (worker) => {
        const at = workers.indexOf(worker);
        given[at] = (given[at] ?? 0) + 1;
      },
      now,
    );
    for (const [i, worker] of workers.entries()) if ((given[i] ?? 0) > 0) worker.batches++;
    return given;
  };
  return { put, dispatch, left: () => queue.size, costs: () => [queue.quickCost, queue.cost] };
}

test('a picture goes to a worker at once, to the one that has less to do', () => {
  const { put, dispatch } = open();
  const workers = [worker(), worker()];
  put(1, 8);
  expect(dispatch(workers)).toEqual([1, 0]);
  put(1, 8);
  expect(dispatch(workers)).toEqual([0, 1]);
});

test('what arrives while all workers have heavy work is one batch for the first that is free', () => {
  const { put, dispatch, left } = open();
  const [first, second] = [worker(), worker()];
  put(8, 8);
  expect(dispatch([first, second])).toEqual([4, 4]);
  put(1, 8);
  expect(dispatch([first, second])).toEqual([0, 0]);
  put(3, 8);
  expect(dispatch([first, second])).toEqual([0, 0]);
  second.cost = 0;
  second.batches = 0;
  expect(dispatch([first, second])).toEqual([0, 4]);
  expect(left()).toBe(0);
});

test('with light work the next batch is there before the first is done, and no third', () => {
  const { put, dispatch } = open();
  const workers = [worker()];
  put(16, 0.2);
  expect(dispatch(workers)).toEqual([16]);
  put(5, 0.2);
  expect(dispatch(workers)).toEqual([5]);
  put(5, 0.2);
  expect(dispatch(workers)).toEqual([0]);
});

test('a batch is no more than 100 ms of work, unless one picture takes longer', () => {
  const { put, dispatch } = open();
  put(20, 8);
  expect(dispatch([worker()])).toEqual([12]);
  put(1, 99);
  expect(dispatch([worker()])).toEqual([8]);
  expect(dispatch([worker()])).toEqual([1]);
});

test('after a heavy batch a worker waits for as many pictures, for an eighth of the time that it took', () => {
  const { put, dispatch } = open();
  const busy = { ...worker(), cost: 24, batches: 1 };
  const free: Worker = { ...worker(), batchWait: batchWaitAfter(4, 40, 100) };
  put(3, 8);
  expect(dispatch([busy, free], 104)).toEqual([0, 0]);
  put(1, 8);
  expect(dispatch([busy, free], 104)).toEqual([0, 4]);
  Object.assign(free, { cost: 0, batches: 0 });
  put(1, 8);
  expect(dispatch([busy, free], 104)).toEqual([0, 0]);
  expect(dispatch([busy, free], 105)).toEqual([0, 1]);
});

test('after light work, or long after any, a picture waits for none', () => {
  const { put, dispatch } = open();
  put(1, 0.2);
  expect(dispatch([{ ...worker(), batchWait: batchWaitAfter(4, 2, 100) }], 100)).toEqual([1]);
  put(1, 8);
  expect(dispatch([{ ...worker(), batchWait: batchWaitAfter(4, 40, 100) }], 1000)).toEqual([1]);
});

test('a worker leaves the others their share', () => {
  const { put, dispatch, left } = open();
  put(7, 8);
  expect(dispatch([{ ...worker(), cost: 16, batches: 1 }, worker()])).toEqual([0, 5]);
  expect(left()).toBe(2);
});

test('what runs alone is counted, but does not stand before quick pictures', () => {
  const { put, costs } = open();
  put(2, 8);
  put(1, 4000);
  expect(costs()).toEqual([16, 4016]);
});
