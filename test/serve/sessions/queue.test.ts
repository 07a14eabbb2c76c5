// What is promised of the rule by which workers get pictures: who is free gets what there is, and batches grow.
import { expect, test } from 'vitest';
import { createQueue, gathering, type Place, type Task } from '../../../serve/sessions/queue.ts';

interface Worker extends Place {
  cost: number;
  lots: number;
}

const worker = (): Worker => ({ cost: 0, alone: 0, lots: 0, paused: false });

/** A queue, and a way to put pictures of so many milliseconds into it. */
function open() {
  const queue = createQueue<Task>();
  const put = (count: number, cost: number) => {
    for (let i = 0; i < count; i++) {
      const material = { kind: 'input', data: new Uint8Array() } as const;
      const times = { begun: 0, deadline: 1e9, gone: undefined };
      queue.put({ key: 'k', material, cost, ...times, retried: false, alone: cost >= 100 });
    }
  };
  /** @returns how many each worker was given. */
  const handOut = (workers: Worker[], now = 0): number[] => {
    const given = workers.map(() => 0);
    queue.handOut(
      workers,
      (place) => {
        const at = workers.indexOf(place);
        given[at] = (given[at] ?? 0) + 1;
      },
      now,
    );
    for (const [i, place] of workers.entries()) if ((given[i] ?? 0) > 0) place.lots++;
    return given;
  };
  return { put, handOut, left: () => queue.size };
}

test('a picture goes to a worker at once, to the one that has less to do', () => {
  const { put, handOut } = open();
  const workers = [worker(), worker()];
  put(1, 8);
  expect(handOut(workers)).toEqual([1, 0]);
  put(1, 8);
  expect(handOut(workers)).toEqual([0, 1]);
});

test('what arrives while all are at heavy work is one lot for who is done first', () => {
  const { put, handOut, left } = open();
  const [first, second] = [worker(), worker()];
  put(8, 8);
  expect(handOut([first, second])).toEqual([4, 4]);
  put(1, 8);
  expect(handOut([first, second])).toEqual([0, 0]);
  put(3, 8);
  expect(handOut([first, second])).toEqual([0, 0]);
  second.cost = 0;
  second.lots = 0;
  expect(handOut([first, second])).toEqual([0, 4]);
  expect(left()).toBe(0);
});

test('at light work the next lot is there before the first is done, and no third', () => {
  const { put, handOut } = open();
  const workers = [worker()];
  put(16, 0.2);
  expect(handOut(workers)).toEqual([16]);
  put(5, 0.2);
  expect(handOut(workers)).toEqual([5]);
  put(5, 0.2);
  expect(handOut(workers)).toEqual([0]);
});

test('a lot is no more than 100 ms of work, but for a picture that takes longer', () => {
  const { put, handOut } = open();
  put(20, 8);
  expect(handOut([worker()])).toEqual([12]);
  put(1, 99);
  expect(handOut([worker()])).toEqual([8]);
  expect(handOut([worker()])).toEqual([1]);
});

test('after a heavy lot a worker waits for as many pictures, for an eighth of the time that it took', () => {
  const { put, handOut } = open();
  const busy = { ...worker(), cost: 24, lots: 1 };
  const free: Worker = { ...worker(), gathers: gathering(4, 40, 100) };
  put(3, 8);
  expect(handOut([busy, free], 104)).toEqual([0, 0]);
  put(1, 8);
  expect(handOut([busy, free], 104)).toEqual([0, 4]);
  Object.assign(free, { cost: 0, lots: 0 });
  put(1, 8);
  expect(handOut([busy, free], 104)).toEqual([0, 0]);
  expect(handOut([busy, free], 105)).toEqual([0, 1]);
});

test('after light work, or long after any, a picture waits for none', () => {
  const { put, handOut } = open();
  put(1, 0.2);
  expect(handOut([{ ...worker(), gathers: gathering(4, 2, 100) }], 100)).toEqual([1]);
  put(1, 8);
  expect(handOut([{ ...worker(), gathers: gathering(4, 40, 100) }], 1000)).toEqual([1]);
});

test('a worker leaves the others their share', () => {
  const { put, handOut, left } = open();
  put(7, 8);
  expect(handOut([{ ...worker(), cost: 16, lots: 1 }, worker()])).toEqual([0, 5]);
  expect(left()).toBe(2);
});
