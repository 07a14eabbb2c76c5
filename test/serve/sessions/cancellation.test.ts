// What is promised of cancelled work: a worker ends it between two pieces, and everybody else's goes on.
import { expect, test } from 'vitest';
import { createAssignments } from '../../../serve/engine/assignments.ts';
import { createDispatchLoop } from '../../../serve/engine/dispatch-loop.ts';
import { expireJobs } from '../../../serve/engine/expire-jobs.ts';
import type { PictureJob } from '../../../serve/engine/picture-job.ts';
import { deliverResults } from '../../../serve/engine/results.ts';
import {
  Cancelled,
  cancelJob,
  checkOf,
  createCancelFlags,
  resetFlag,
} from '../../../serve/sessions/cancellation.ts';
import { createPrepareInput } from '../../../serve/sessions/prepare-input.ts';
import { createQueue } from '../../../serve/sessions/queue.ts';
import { runJobs } from '../../../serve/sessions/run-batch.ts';
import type { PoolWorker } from '../../../serve/sessions/worker-pool.ts';
import { recordingObserver, testJob, testWorker } from '../engine/jobs.ts';
import { colors } from '../harness.ts';
import { pngClaiming } from '../pictures.ts';
import { tinyModel } from '../tiny-model.ts';

const { card } = await tinyModel(colors);
const rule = { rule: 'resize', filter: 'bilinear', crop: 'stretch' } as const;

test.each([
  ['tall', 3, 40_000],
  ['wide', 600_000, 2],
  ['square', 1500, 1500],
])('decoding and resizing a %s picture looks for it again and again', (_, width, height) => {
  const bytes = pngClaiming(width, height, height);
  const input = {
    kind: 'encoded',
    bytes,
    header: { format: 'PNG', width, height, orientation: 1 },
  } as const;
  const prepare = createPrepareInput({ fast: false });
  let looks = 0;
  prepare(input, [224, 224, 3], rule, () => void looks++);
  expect(looks).toBeGreaterThan(10);
  const flags = createCancelFlags();
  const check = checkOf(flags, 7);
  let left = 5;
  const cancelLater = () => {
    if (--left === 0) cancelJob(flags, 7);
    check();
  };
  expect(() => prepare(input, [224, 224, 3], rule, cancelLater)).toThrow(Cancelled);
  expect(left).toBe(0);
});

test('of a batch, the cancelled picture is left out and the others run', async () => {
  const flags = createCancelFlags();
  cancelJob(flags, 1);
  const size = 12;
  const session = {
    largest: undefined,
    run: async (_: Uint8Array, n: number) => ({ output: new Float32Array(n * 3) }),
  };
  const model = { key: 'k', path: 'model.onnx', card };
  const loaded = { model, session, reason: '', inputs: new Uint8Array(8 * size), largest: 8 };
  const jobs = [0, 1, 2].map((id) => ({
    ...{ id, key: 'k', alone: false },
    input: { kind: 'input', data: new Uint8Array(size) } as const,
  }));
  const results: Parameters<typeof runJobs>[3] = { runs: [], failed: [] };
  await runJobs(loaded, jobs, createPrepareInput({ fast: false }), results, flags);
  expect(results.runs.map(({ ids }) => ids)).toEqual([[0, 2]]);
  expect(results.failed).toMatchObject([{ id: 1, failure: 'gone' }]);
});

test('a job is cancelled when it is late or its client has gone, and the next of its id is not', () => {
  const flags = createCancelFlags();
  const { worker } = testWorker({ cancelled: flags });
  const queue = createQueue<PictureJob>();
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const { observer, events } = recordingObserver();
  let at = 1;
  const loop = createDispatchLoop({
    queue,
    assignments,
    workers: () => [worker],
    onGone() {},
    now: () => at,
  });
  const [late, gone, wanted] = [testJob({ deadline: 99 }), testJob(), testJob()];
  for (const { job } of [late, gone, wanted]) queue.add(job);
  loop.dispatch();
  Object.assign(gone.job, { gone: () => true }); // after it was given to the worker
  expireJobs(queue, assignments, observer, 100);
  expect([...flags.subarray(0, 4)]).toEqual([1, 1, 0, 0]);

  const costs = { learnRun() {}, learnFile() {} };
  const failed = [0, 1].map((id) => ({ id, failure: 'gone', reason: 'cancelled' }) as const);
  deliverResults(
    { assignments, costs, observer, judge: () => {} },
    worker,
    { kind: 'results', runs: [], failed, batches: 1 },
    101,
  );
  expect([late, gone, wanted].map(({ outcome }) => outcome.value)).toMatchObject([
    { status: 504 },
    { status: 408 },
    'pending',
  ]);
  expect(events.map(([kind, , why]) => [kind, why])).toEqual([
    ['failed', 'late'],
    ['failed', 'gone'],
  ]);
  at = 500; // the worker waits for no other batch
  queue.add(testJob().job);
  loop.dispatch();
  expect([...flags].reduce((sum, flag) => sum + flag, 0)).toBe(1);
});

test('flags are of 65,536 ids; work of others, or without flags, goes on', () => {
  const flags = createCancelFlags();
  for (const id of [65_535, 65_536]) cancelJob(flags, id);
  cancelJob(undefined, 1);
  expect(checkOf(flags, 65_535)).toThrow(expect.objectContaining({ name: 'Cancelled' }));
  checkOf(flags, 65_536)();
  checkOf(undefined, 1)();
  resetFlag(flags, 65_535);
  resetFlag(flags, 65_536);
  resetFlag(undefined, 1);
  checkOf(flags, 65_535)();
});
