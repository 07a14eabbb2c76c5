// From a worker's results to the classifications of its jobs, and to what they teach about costs.
import type { Costs } from '../sessions/cost.ts';
import type { FailedJob, ModelRun, ResultsMessage } from '../sessions/messages.ts';
import { batchWaitAfter, type WorkerSlot } from '../sessions/queue.ts';
import type { PoolWorker } from '../sessions/worker-pool.ts';
import type { Assignments } from './assignments.ts';
import type { ModelName, Observer } from './events.ts';
import { completeJob, deadlinePassed, errorOf, failJob, type PictureJob } from './picture-job.ts';
import type { UndecodedFile } from './sharp-decoding.ts';

/** What is looked at of a worker. */
interface BusyWorker extends WorkerSlot {
  batches: number;
  batchWait?: WorkerSlot['batchWait'];
  readonly lastBatch?: PoolWorker['lastBatch'];
}

export interface ResultsContext<W extends WorkerSlot> {
  readonly assignments: Pick<Assignments<W, PictureJob>, 'remove'>;
  readonly costs: Pick<Costs, 'learnFile' | 'learnRun'>;
  readonly observer: Required<Pick<Observer, 'classified' | 'failed' | 'batched'>>;
  /** Has a file decoded that a worker could not decode. */
  readonly judge: (job: PictureJob, file: UndecodedFile, failed: FailedJob) => void;
}

/**
 * Completes or fails the jobs of a message.
 *
 * @param now - performance.now()
 */
export function deliverResults<W extends BusyWorker>(
  context: ResultsContext<W>,
  worker: W,
  { runs, failed, batches }: ResultsMessage,
  now: number,
): void {
  worker.batches -= batches;
  const { lastBatch } = worker;
  if (lastBatch !== undefined && worker.batches === 0)
    worker.batchWait = batchWaitAfter(lastBatch.pictures, now - lastBatch.at, now);
  for (const run of runs) deliverRun(context, worker, run, now);
  for (const one of failed) deliverFailure(context, worker, one);
}

/** Completes the jobs of one run of a model. The `queue` time of a job is the time in which nobody worked on it. */
function deliverRun<W extends WorkerSlot>(
  { assignments, costs, observer }: ResultsContext<W>,
  worker: W,
  { key, ids, output, novelty, embedding, spent, run }: ModelRun,
  now: number,
): void {
  const width = output.length / ids.length;
  const features = (embedding?.length ?? 0) / ids.length;
  costs.learnRun(key, run / ids.length);
  let name: ModelName | undefined;
  for (const [i, id] of ids.entries()) {
    const job = assignments.remove(worker, id);
    if (job === undefined) continue;
    const decode = spent[i * 2] ?? 0;
    const prepare = spent[i * 2 + 1] ?? 0;
    name = job.name;
    if (job.input.kind === 'encoded') costs.learnFile(job.input.header, decode + prepare);
    const queue = Math.max(0, now - job.start - job.decoded - decode - prepare - run);
    const timings = { decode: job.decoded + decode, prepare, queue, run };
    const own = output.subarray(i * width, (i + 1) * width);
    if (job.deadline < now) failJob(job, 'late', deadlinePassed(), observer);
    else {
      const strange = novelty?.[i];
      const batch = ids.length;
      const result = {
        output: own,
        timings,
        batch,
        ...(strange !== undefined && { novelty: strange }),
        ...(embedding !== undefined && { embedding: embedding.slice(i * features, (i + 1) * features) }),
      };
      completeJob(job, result, observer);
    }
  }
  if (name !== undefined) observer.batched(name, ids.length, run);
}

/** Fails a job for which the worker has no result. */
function deliverFailure<W extends WorkerSlot>(
  { assignments, observer, judge }: ResultsContext<W>,
  worker: W,
  failed: FailedJob,
): void {
  const job = assignments.remove(worker, failed.id);
  if (job === undefined) return;
  const { input } = job;
  const odd = failed.failure === 'refused' && input.kind === 'encoded' && input.header.format !== 'BMP';
  if (odd && !job.settled) judge(job, { bytes: input.bytes, header: input.header }, failed);
  else
    failJob(
      job,
      failed.failure === 'no-embedding' ? 'refused' : failed.failure,
      errorOf(job, failed),
      observer,
    );
}
