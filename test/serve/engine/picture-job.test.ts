// What is promised of a job: it is settled once, its error says whose mistake it is, and it is tried at most twice.
import { expect, test } from 'vitest';
import {
  completeJob,
  createJob,
  deadlinePassed,
  errorOf,
  failJob,
  splitRetries,
} from '../../../serve/engine/picture-job.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { recordingObserver, testJob } from './jobs.ts';

const timings = { decode: 1, prepare: 2, queue: 3, run: 4 };

test('a job is settled once, and observed once', () => {
  const { observer, events } = recordingObserver();
  const late = testJob();
  failJob(late.job, 'late', deadlinePassed(), observer);
  completeJob(late.job, { probabilities: Float32Array.of(1), timings }, observer);
  expect(late.outcome.value).toMatchObject({ status: 504 });

  const done = testJob();
  completeJob(done.job, { probabilities: Float32Array.of(1), timings }, observer);
  failJob(done.job, 'late', deadlinePassed(), observer);
  expect(done.outcome.value).toEqual({ probabilities: [1], timings });
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
