// What is promised of assignments: each job is found by its worker and id, and a worker's cost is that of its jobs.
import { expect, test } from 'vitest';
import { createAssignments } from '../../../serve/engine/assignments.ts';
import type { PictureJob } from '../../../serve/engine/picture-job.ts';
import type { PoolWorker } from '../../../serve/sessions/worker-pool.ts';
import { testJob, testWorker } from './jobs.ts';

/** Assigns jobs of these costs to a worker, which the queue has counted already. */
function assign(costs: readonly number[]) {
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const { worker } = testWorker({ cost: costs.reduce((a, b) => a + b, 0), alone: costs.length });
  const jobs = costs.map((cost) => testJob({ cost, alone: true }).job);
  const ids = jobs.map((job) => assignments.add(worker, job));
  return { assignments, worker, jobs, ids };
}

test('a job is removed once, with its cost', () => {
  const { assignments, worker, jobs, ids } = assign([3, 4]);
  expect(assignments.remove(worker, ids[0] ?? -1)).toBe(jobs[0]);
  expect(assignments.remove(worker, ids[0] ?? -1)).toBeUndefined();
  expect([worker.cost, worker.alone, assignments.size]).toEqual([4, 1, 1]);
});

test('a worker without jobs costs nothing, however its costs were rounded', () => {
  const { assignments, worker, ids } = assign([0.1, 0.2, 0.3]);
  for (const id of ids) assignments.remove(worker, id);
  expect([worker.cost, worker.alone]).toEqual([0, 0]);
});

test('a job that a worker did not get takes only its own cost away', () => {
  const { assignments, worker } = assign([3]);
  worker.cost += 5;
  worker.alone++;
  assignments.release(worker, testJob({ cost: 5, alone: true }).job);
  expect([worker.cost, worker.alone, assignments.size]).toEqual([3, 1, 1]);
});

test('a worker that has ended leaves its jobs, and other workers keep theirs', () => {
  const { assignments, worker, jobs, ids } = assign([3, 4, 5]);
  const other = testWorker().worker;
  const { job } = testJob();
  assignments.add(other, job);
  assignments.remove(worker, ids[1] ?? -1);
  expect(assignments.removeWorker(worker)).toEqual([jobs[0], jobs[2]]);
  expect(assignments.removeWorker(worker)).toEqual([]);
  const left: PictureJob[] = [];
  assignments.forEach((one) => void left.push(one));
  expect(left).toEqual([job]);
});
