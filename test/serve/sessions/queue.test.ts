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

/** Jobs by their names, in a queue that says who gets which. */
function named() {
  const queue = createQueue<QueuedJob & { name: string }>();
  const job = (name: string, cost: number, key = 'k') => ({
    ...{ name, key, cost, start: 0, deadline: 1e9, gone: undefined },
    input: { kind: 'input', data: new Uint8Array() } as const,
    retried: false,
    alone: cost >= 100,
  });
  const given = (workers: Worker[]) => {
    const names: string[][] = workers.map(() => []);
    queue.dispatch(workers, (worker, { name }) => names[workers.indexOf(worker)]?.push(name), 0);
    return names;
  };
  const add = (name: string, cost: number, key?: string) => queue.add(job(name, cost, key));
  return { queue, job, add, given };
}

test.each([
  [1, [['a']], ['b', 'c']],
  [2, [['a'], []], ['b', 'c']],
  [3, [['a'], ['b'], []], ['c']],
])('of %d workers, each takes one that runs alone, but for the last of several', (n, expected, left) => {
  const { queue, add, given } = named();
  for (const name of ['a', 'b', 'c']) add(name, 400);
  const workers = Array.from({ length: n }, worker);
  expect(given(workers)).toEqual(expected);
  expect(workers.map(({ alone, cost }) => [alone, cost])).toEqual(
    expected.map(({ length }) => [length, 400 * length]),
  );
  expect([queue.size, queue.cost, queue.quickCost]).toEqual([left.length, 400 * left.length, 0]);
  expect(given(workers).flat()).toEqual([]); // they still have theirs
  expect(queue.remove(() => true).map(({ name }) => name)).toEqual(left);
});

test('one that runs alone goes to the worker that has least to do, and none has two', () => {
  const { add, given } = named();
  const workers = [
    { ...worker(), cost: 9 },
    { ...worker(), cost: 3 },
    { ...worker(), cost: 6, alone: 1 },
  ];
  add('a', 400);
  add('b', 400);
  expect(given(workers)).toEqual([[], ['a'], []]);
});

test('a worker that is paused gets nothing', () => {
  const { add, given } = named();
  add('quick', 1);
  add('heavy', 400);
  expect(given([{ ...worker(), paused: true }])).toEqual([[]]);
  expect(given([worker(), { ...worker(), paused: true }])).toEqual([['heavy'], []]);
});

test('the jobs of a worker that ended come first, each alone', () => {
  const { queue, job, add, given } = named();
  add('waits', 400);
  queue.putBack([job('one', 2), job('two', 3)]);
  expect([queue.size, queue.cost, queue.quickCost]).toEqual([3, 405, 0]);
  const one = worker();
  expect([given([one]), one.alone]).toEqual([[['one']], 1]);
  one.alone = 0;
  expect(given([one])).toEqual([['two']]);
});

test('jobs are counted by their sessions, and removed with their costs, which leave nothing behind', () => {
  const { queue, add, given } = named();
  add('a', 0.1, 'x');
  add('b', 0.2, 'y');
  add('c', 0.3, 'y');
  add('d', 400, 'y');
  expect(['x', 'y', 'z'].map(queue.waitingFor)).toEqual([1, 3, 0]);
  expect(queue.remove(({ name }) => name === 'b' || name === 'd').map(({ name }) => name)).toEqual([
    'd',
    'b',
  ]);
  expect([queue.size, queue.cost]).toEqual([2, expect.closeTo(0.4, 9)]);
  expect(queue.remove(() => false)).toEqual([]);
  expect([queue.size, queue.cost]).toEqual([2, expect.closeTo(0.4, 9)]);
  given([worker()]);
  expect([queue.size, queue.cost]).toEqual([0, 0]);
});

test('limits are reached, not passed', () => {
  // 10 ms are light work, after which nothing is waited for; a batch that took longer has an eighth of it, of 100 at most.
  expect([10, 10.5, 80, 800].map((took) => batchWaitAfter(3, took, 50))).toEqual([
    undefined,
    { pictures: 3, until: 50 + 10.5 / 8 },
    { pictures: 3, until: 60 },
    { pictures: 3, until: 62.5 },
  ]);
  const { put, dispatch } = open();
  put(2, 99);
  expect(dispatch([{ ...worker(), cost: 100.5 }])).toEqual([1]); // within 200 ms of a worker in all
  expect(dispatch([{ ...worker(), cost: 101.5 }])).toEqual([0]);
  expect(dispatch([{ ...worker(), cost: 101 }])).toEqual([1]);
  put(2, 50);
  expect(dispatch([worker()])).toEqual([2]); // 100 ms in a batch
  put(1, 99.5);
  expect(dispatch([{ ...worker(), cost: 100 }])).toEqual([1]);
  put(1, 99.5);
  expect(dispatch([{ ...worker(), cost: 100.75 }])).toEqual([0]);
});

test('a worker has enough with its share of all work', () => {
  const { put, dispatch, left } = open();
  put(4, 10);
  expect(dispatch([worker(), worker()])).toEqual([2, 2]); // 20 ms each
  put(3, 10);
  expect(dispatch([{ ...worker(), cost: 50, batches: 1 }, worker()])).toEqual([0, 3]);
  expect(left()).toBe(0);
});
