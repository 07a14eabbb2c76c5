// What is promised of a job: it is settled once, its error says whose mistake it is, and it is tried at most twice.
import { expect, test } from 'vitest';
import {
  completeJob,
  createJob,
  deadlinePassed,
  errorOf,
  failJob,
  splitRetries,
  workerEnded,
} from '../../../serve/engine/picture-job.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { recordingObserver, testJob } from './jobs.ts';

const timings = { decode: 1, prepare: 2, queue: 3, run: 4 };

test('a job is settled once, and observed once', () => {
  const { observer, events } = recordingObserver();
  const late = testJob();
  failJob(late.job, 'late', deadlinePassed(), observer);
  completeJob(late.job, { output: Float32Array.of(1), timings, batch: 1 }, observer);
  expect(late.outcome.value).toMatchObject({ status: 504 });

  const done = testJob();
  completeJob(done.job, { output: Float32Array.of(1), timings, batch: 1 }, observer);
  failJob(done.job, 'late', deadlinePassed(), observer);
  expect(done.outcome.value).toEqual({ output: [1], timings });
  expect(events.map(([kind]) => kind)).toEqual(['failed', 'classified']);
});

test('an error of the worker is a bug, one of the model is 503, one of the picture is 422 and names its format', () => {
  const { job } = testJob({
    input: {
      kind: 'encoded',
      bytes: new Uint8Array(),
      header: { format: 'PNG', width: 1, height: 1, orientation: 1 },
    },
  });
  const error = (failure: 'failed' | 'broken' | 'refused') => errorOf(job, { id: 0, failure, reason: 'why' });
  expect(error('failed')).not.toBeInstanceOf(Refusal);
  expect(errorOf(job, { id: 0, failure: 'broken', reason: 'no /root/secret/a.onnx' })).toMatchObject({
    status: 503,
    message: expect.stringMatching(/could not be opened: no a\.onnx\. It is read again/),
  });
  expect(error('refused')).toMatchObject({ status: 422, message: 'the PNG could not be decoded: why' });
});

test("a job keeps its request's deadline, or else the server's", () => {
  const { job } = testJob();
  const make = (deadline?: number) =>
    createJob(
      { model: job.model, name: job.name, options: { deadline } },
      { input: job.input, cost: 100, start: 50, decoded: 0 },
      1000,
      job.resolve,
      job.reject,
    );
  expect([make().deadline, make(20).deadline]).toEqual([1050, 70]);
  expect(make().alone).toBe(true); // 100 ms of work
});

test('jobs of a worker that ended are retried once, and not at all when the server stops', () => {
  const [fresh, tried, settled] = [
    testJob().job,
    testJob({ retried: true }).job,
    testJob({ settled: true }).job,
  ];
  const jobs = [fresh, tried, settled];
  expect(splitRetries(jobs, true)).toEqual({ retries: [fresh], lost: [tried] });
  expect(splitRetries(jobs, false)).toEqual({ retries: [], lost: [fresh, tried] });
});

test('a job that was just made waits: it is settled by its first result, and short work runs with others', () => {
  const { observer, events } = recordingObserver();
  const { job: like, outcome } = testJob();
  const gone = () => true;
  const job = createJob(
    { model: like.model, name: like.name, options: { gone } },
    { input: like.input, cost: 99.9, start: 50, decoded: 7 },
    1000,
    like.resolve,
    like.reject,
  );
  expect(job).toMatchObject({ key: like.key, alone: false, retried: false, decoded: 7, start: 50, gone });
  completeJob(job, { output: Float32Array.of(1), timings, batch: 1 }, observer);
  expect(outcome.value).toEqual({ output: [1], timings });
  expect(events).toEqual([['classified', job.name, timings]]);
});

test('a bug of a worker is an error with the stack that it had there, and one whose client has gone is 408', () => {
  const { job } = testJob();
  const stack = 'TypeError: x is not a function\n    at run (worker.ts:1:2)\n    at more (worker.ts:3:4)';
  const bug = errorOf(job, { id: 0, failure: 'failed', reason: stack });
  expect([bug.message, bug.stack]).toEqual(['TypeError: x is not a function', stack]);
  expect(errorOf(job, { id: 0, failure: 'gone', reason: 'x' })).toMatchObject({ status: 408 });
  expect(errorOf(job, { id: 0, failure: 'refused', reason: 'x' }).message).toBe(
    'the picture could not be decoded: x',
  );
});

test('a picture that ended two workers is refused; one of a server that stops may be sent again', () => {
  expect([workerEnded(true).status, workerEnded(false).status]).toEqual([422, 503]);
});
