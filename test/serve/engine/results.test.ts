// What is promised of a worker's results: each job gets its own probabilities and times, and costs are learned.
import { expect, test } from 'vitest';
import { createAssignments } from '../../../serve/engine/assignments.ts';
import type { PictureJob } from '../../../serve/engine/picture-job.ts';
import { deliverResults } from '../../../serve/engine/results.ts';
import type { PoolWorker } from '../../../serve/sessions/worker-pool.ts';
import { recordingObserver, testJob, testWorker } from './jobs.ts';

const header = { format: 'JPEG', width: 200, height: 100, orientation: 1 } as const;

function open() {
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const { observer, events } = recordingObserver();
  const learned: unknown[][] = [];
  const costs = {
    learnRun: (...known: unknown[]) => void learned.push(['run', ...known]),
    learnFile: (...known: unknown[]) => void learned.push(['file', ...known]),
  };
  const judged: unknown[] = [];
  const judge = (...asked: unknown[]) => void judged.push(asked);
  return { context: { assignments, costs, observer, judge }, assignments, events, learned, judged };
}

test('each job of a run has its row of the probabilities, and its times', () => {
  const { context, assignments, events, learned } = open();
  const { worker } = testWorker();
  const first = testJob({ start: 100, decoded: 3 });
  const second = testJob({ start: 110, input: { kind: 'encoded', bytes: new Uint8Array(), header } });
  const ids = [first, second].map(({ job }) => assignments.add(worker, job));
  const output = Float32Array.of(0.25, 0.75, 0.5, 0.5);
  const run = { key: 'k', ids, output, spent: [0, 1, 4, 2], run: 8 };
  deliverResults(context, worker, { kind: 'results', runs: [run], failed: [], batches: 0 }, 130);
  expect(first.outcome.value).toEqual({
    output: [0.25, 0.75],
    timings: { decode: 3, prepare: 1, queue: 18, run: 8 }, // 30 ms since it came, 12 of them work
  });
  expect(second.outcome.value).toEqual({
    output: [0.5, 0.5],
    timings: { decode: 4, prepare: 2, queue: 6, run: 8 },
  });
  expect(learned).toEqual([
    ['run', 'k', 4],
    ['file', header, 6],
  ]);
  expect(events.map(([kind]) => kind)).toEqual(['classified', 'classified', 'batched']);
  expect(assignments.size).toBe(0);
});

test('a job that failed has its error; one that was settled before is only taken from its worker', () => {
  const { context, assignments, events } = open();
  const { worker } = testWorker();
  const bad = testJob();
  const late = testJob({ settled: true });
  const [badId = -1, lateId = -1] = [bad, late].map(({ job }) => assignments.add(worker, job));
  const failed = [{ id: badId, failure: 'refused', reason: 'it ends early' }] as const;
  const run = { key: 'k', ids: [lateId], output: Float32Array.of(1), spent: [0, 0], run: 1 };
  deliverResults(context, worker, { kind: 'results', runs: [run], failed, batches: 0 }, 10);
  expect(bad.outcome.value).toMatchObject({ status: 422 });
  expect(late.outcome.value).toBe('pending');
  expect(events.map(([kind, , what]) => [kind, what])).toEqual([
    ['batched', 1],
    ['failed', 'refused'],
  ]);
});

test('a file that a worker’s decoder gives up is for sharp to judge; a BMP has no other judge', () => {
  const { context, assignments, events, judged } = open();
  const { worker } = testWorker();
  const bytes = Uint8Array.of(1);
  const [odd, bmp] = [header, { ...header, format: 'BMP' as const }].map((header) =>
    testJob({ input: { kind: 'encoded', bytes, header } }),
  );
  const failed = [odd, bmp].map((one) => {
    const id = one === undefined ? -1 : assignments.add(worker, one.job);
    return { id, failure: 'refused', reason: 'it is odd' } as const;
  });
  deliverResults(context, worker, { kind: 'results', runs: [], failed, batches: 0 }, 10);
  expect(judged).toEqual([[odd?.job, { bytes, header }, failed[0]]]);
  expect(odd?.outcome.value).toBe('pending');
  expect(bmp?.outcome.value).toMatchObject({
    status: 422,
    message: 'the BMP could not be decoded: it is odd',
  });
  expect(events.map(([kind]) => kind)).toEqual(['failed']);
  expect(assignments.size).toBe(0);
});

test('a worker that has finished a heavy batch waits for another of its size', () => {
  const { context } = open();
  const { worker } = testWorker({ batches: 2, lastBatch: { pictures: 7, at: 1000 } });
  const message = { kind: 'results', runs: [], failed: [], batches: 1 } as const;
  deliverResults(context, worker, message, 1080);
  expect(worker.batchWait).toBeUndefined();
  deliverResults(context, worker, message, 1080);
  expect(worker.batchWait).toEqual({ pictures: 7, until: 1090 });
});

test('a job that is late has no result, and one of that time has', () => {
  const { context, assignments, events } = open();
  const { worker } = testWorker();
  const [late, punctual] = [testJob({ deadline: 129 }), testJob({ deadline: 130 })];
  const ids = [late, punctual].map(({ job }) => assignments.add(worker, job));
  const run = { key: 'k', ids, output: Float32Array.of(0, 1), spent: [0, 0, 0, 0], run: 8 };
  deliverResults(context, worker, { kind: 'results', runs: [run], failed: [], batches: 0 }, 130);
  expect(late.outcome.value).toMatchObject({ status: 504 });
  expect(punctual.outcome.value).toMatchObject({ output: [1] });
  expect(events.map(([kind, , why]) => (kind === 'failed' ? why : kind))).toEqual([
    'late',
    'classified',
    'batched',
  ]);
});

test('of jobs that a worker does not have nothing is said', () => {
  const { context, events, judged } = open();
  const { worker } = testWorker();
  const run = { key: 'k', ids: [7], output: Float32Array.of(1), spent: [0, 0], run: 1 };
  const failed = [{ id: 9, failure: 'refused', reason: 'x' }] as const;
  deliverResults(context, worker, { kind: 'results', runs: [run], failed, batches: 0 }, 10);
  expect([events, judged]).toEqual([[], []]);
});
