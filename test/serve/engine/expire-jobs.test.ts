// What is promised of deadlines: late jobs fail wherever they are, and jobs of clients that have gone leave the queue.
import { expect, test } from 'vitest';
import { createAssignments } from '../../../serve/engine/assignments.ts';
import { expireJobs } from '../../../serve/engine/expire-jobs.ts';
import type { PictureJob } from '../../../serve/engine/picture-job.ts';
import { createCancelFlags } from '../../../serve/sessions/cancellation.ts';
import { createQueue } from '../../../serve/sessions/queue.ts';
import type { PoolWorker } from '../../../serve/sessions/worker-pool.ts';
import { recordingObserver, testJob, testWorker } from './jobs.ts';

test('late jobs fail with 504, those whose client has gone with 408, and all others stay', () => {
  const queue = createQueue<PictureJob>();
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const { observer, events } = recordingObserver();
  const { worker } = testWorker();
  const queued = [
    testJob({ deadline: 99 }),
    testJob({ deadline: 99, gone: () => true }),
    testJob({ deadline: 100, gone: () => true }),
    testJob({ deadline: 200, gone: () => false }),
  ];
  for (const { job } of queued) queue.add(job);
  const running = [testJob({ deadline: 99 }), testJob({ deadline: 200, gone: () => true })];
  for (const { job } of running) assignments.add(worker, job);

  expireJobs(queue, assignments, observer, 100);
  const status = ({ outcome }: ReturnType<typeof testJob>) =>
    outcome.value === 'pending' ? 'pending' : (outcome.value as { status: number }).status; // a Refusal
  expect(queued.map(status)).toEqual([504, 504, 408, 'pending']);
  expect(running.map(status)).toEqual([504, 'pending']);
  expect(events.map(([, , why]) => why)).toEqual(['late', 'late', 'gone', 'late']);
  expect([queue.size, queue.cost, assignments.size]).toEqual([1, 2, 2]);
});

test('at its deadline a job is not late yet; after it, a worker is told to give it up, as one that is settled or gone', () => {
  const queue = createQueue<PictureJob>();
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const { observer, events } = recordingObserver();
  const { worker } = testWorker({ cancelled: createCancelFlags() });
  const waits = testJob({ deadline: 100 });
  queue.add(waits.job);
  const running = [
    testJob({ deadline: 99 }),
    testJob({ deadline: 100 }),
    testJob({ settled: true }),
    testJob({ gone: () => true }),
    testJob({ gone: () => false }),
  ];
  const ids = running.map(({ job }) => assignments.add(worker, job));

  expireJobs(queue, assignments, observer, 100);
  expect(queue.size).toBe(1);
  expect(ids.map((id) => worker.cancelled?.[id])).toEqual([1, 0, 1, 1, 0]);
  expect(events.map(([kind, , why]) => [kind, why])).toEqual([['failed', 'late']]);
});
