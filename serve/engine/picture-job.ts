// A picture job: one picture that waits for a worker or is with one, and the promise of its result, which is
// settled once.

import { EMBEDDING } from '../../models/embedding.ts';
import { inPublic } from '../explain.ts';
import { Refusal } from '../refusal.ts';
import type { PictureInput } from '../sessions/job.ts';
import type { FailedJob, WorkerModel } from '../sessions/messages.ts';
import { LONG_MS, type QueuedJob } from '../sessions/queue.ts';
import type { Failure, ModelName, Observer } from './events.ts';
import type { ClassifyOptions, PictureResult } from './picture-states.ts';

export interface PictureJob extends QueuedJob {
  readonly model: WorkerModel;
  readonly name: ModelName;
  /** Milliseconds of decoding before the job was queued. */
  readonly decoded: number;
  readonly resolve: (result: PictureResult) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

type JobObserver = Required<Pick<Observer, 'classified' | 'failed'>>;

/** Which model is asked, and by whom. */
export interface JobRequest {
  readonly model: WorkerModel;
  readonly name: ModelName;
  readonly options: ClassifyOptions;
}

/** What is known of a picture when its job is made. */
export interface JobInput {
  readonly input: PictureInput;
  /** Estimated milliseconds of a worker. */
  readonly cost: number;
  /** `performance.now()` when the picture came. */
  readonly start: number;
  /** Milliseconds of decoding so far. */
  readonly decoded: number;
}

/** @param deadline - milliseconds in which the job must be done, when the request does not say. */
export function createJob(
  { model, name, options }: JobRequest,
  { input, cost, start, decoded }: JobInput,
  deadline: number,
  resolve: PictureJob['resolve'],
  reject: PictureJob['reject'],
): PictureJob {
  return {
    key: model.key,
    model,
    name,
    input,
    cost,
    start,
    decoded,
    deadline: start + (options.deadline ?? deadline),
    gone: options.gone,
    alone: cost >= LONG_MS,
    retried: false,
    settled: false,
    resolve,
    reject,
  };
}

/** Settles a job with its result, unless it is settled already. */
export function completeJob(job: PictureJob, result: PictureResult, observer: JobObserver): void {
  if (job.settled) return;
  job.settled = true;
  job.resolve(result);
  observer.classified(job.name, result.timings);
}

/** Settles a job with an error, unless it is settled already. */
export function failJob(job: PictureJob, failure: Failure, error: Error, observer: JobObserver): void {
  if (job.settled) return;
  job.settled = true;
  job.reject(error);
  observer.failed(job.name, failure);
}

/** The worker could not open the model: it is read again, and found to be well or broken. */
export class Unopened extends Refusal {
  constructor(reason: string) {
    super(503, `the model could not be opened: ${reason}. It is read again: try again in a moment`);
  }
}

/** The model has no layer whose features could be given: nothing is wrong with the picture. */
export class WithoutEmbedding extends Refusal {
  constructor(reason: string) {
    super(400, `the model has no output "${EMBEDDING}": ${reason}`);
  }
}

/** The error of a job for which a worker has no result: a bug (`failed`), or a refusal about the model or the picture. */
export function errorOf({ input }: PictureJob, { failure, reason }: FailedJob): Error {
  if (failure === 'failed') return bugOf(reason);
  if (failure === 'gone') return clientGone();
  if (failure === 'no-embedding') return new WithoutEmbedding(reason);
  if (failure === 'broken') return new Unopened(inPublic(reason));
  const format = input.kind === 'encoded' ? input.header.format : 'picture';
  return new Refusal(422, `the ${format} could not be decoded: ${inPublic(reason)}`);
}

/** The bug of a worker, with the stack that it had there. */
function bugOf(stack: string): Error {
  const [first] = stack.split('\n', 1);
  return Object.assign(new Error(first), { stack });
}

/** The client closed its connection: nobody reads this. */
export function clientGone(): Refusal {
  return new Refusal(408, 'the client has gone, or has closed its side of the connection');
}

export function deadlinePassed(): Refusal {
  return new Refusal(504, 'the picture had no answer in the time that it had: try again later');
}

/** @param twice - two workers ended while they had the picture: a third would end, too. */
export function workerEnded(twice: boolean): Refusal {
  if (twice)
    return new Refusal(422, 'two workers stopped while they worked on this picture: it is not tried again');
  return new Refusal(503, 'the server stops: send this picture again');
}

/** What a worker's jobs become when it has ended: those that may be retried, once, and those that are lost. */
export function splitRetries(
  jobs: readonly PictureJob[],
  mayRetry: boolean,
): { retries: PictureJob[]; lost: PictureJob[] } {
  const open = jobs.filter(({ settled }) => !settled);
  return {
    retries: open.filter(({ retried }) => mayRetry && !retried),
    lost: open.filter(({ retried }) => !mayRetry || retried),
  };
}
