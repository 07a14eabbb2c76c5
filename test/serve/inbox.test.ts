// What is promised of what has come to a worker: everything in its turn, and batches of what may run together.
import { expect, test } from 'vitest';
import { createInbox } from '../../serve/sessions/inbox.ts';
import type { Job, Lot, ToWorker } from '../../serve/sessions/messages.ts';
import { pack } from '../../serve/sessions/parcel.ts';

function lot(joins: boolean, ...jobs: [id: number, key?: string, alone?: boolean][]): Lot {
  const made = jobs.map(([id, key = 'a', alone = false]): Job => {
    return { id, key, alone, material: { kind: 'input', data: new Uint8Array([id]) } };
  });
  return { kind: 'lot', parcel: pack(made), joins };
}

function open(...messages: ToWorker[]) {
  const inbox = createInbox(() => messages.shift());
  return { inbox, messages, ids: () => inbox.jobs.map(({ id }) => id) };
}

/** A batch around the first job that is not alone, as the worker takes them. */
function batch({ inbox }: ReturnType<typeof open>, most = 64): number[] {
  const first = inbox.jobs.find(({ alone }) => !alone) ?? inbox.jobs[0];
  return first === undefined ? [] : inbox.takeBatch(first, most).map(({ id }) => id);
}

test('takes in all lots up to a message of another kind', () => {
  const opened = open(lot(false, [1], [2]), lot(true, [3]), { kind: 'close', key: 'b' }, lot(true, [4]));
  opened.inbox.takeLots();
  expect(opened.ids()).toEqual([1, 2, 3]);
  expect(opened.inbox.lots).toHaveLength(2);
  opened.inbox.takeLots();
  expect(opened.ids()).toEqual([1, 2, 3]);
  expect(opened.inbox.next()).toEqual({ kind: 'close', key: 'b' });
  opened.inbox.takeLots();
  expect(opened.ids()).toEqual([1, 2, 3, 4]);
});

test('what was put in line comes before what has not been received', () => {
  const opened = open(lot(false, [2]));
  opened.inbox.put(lot(false, [1]));
  opened.inbox.takeLots();
  expect(opened.ids()).toEqual([1, 2]);
});

test('a lot that may not join a batch waits, and so do those behind it', () => {
  const opened = open(lot(true, [1]), lot(false, [2]), lot(true, [3]));
  opened.inbox.takeLots(true);
  expect(opened.ids()).toEqual([1]);
  opened.inbox.takeLots();
  expect(opened.ids()).toEqual([1, 2, 3]);
  expect(opened.inbox.lots).toHaveLength(3);
});

test('a batch is of one model and of a certain size; who works alone comes last, and alone', () => {
  const opened = open(lot(false, [1, 'a', true], [2, 'a'], [3, 'b'], [4, 'a'], [5, 'a'], [6, 'a', true]));
  opened.inbox.takeLots();
  expect(batch(opened, 2)).toEqual([2, 4]);
  expect(batch(opened)).toEqual([3]);
  expect(batch(opened)).toEqual([5]);
  expect(batch(opened)).toEqual([1]);
  expect(batch(opened)).toEqual([6]);
  expect(batch(opened)).toEqual([]);
});
