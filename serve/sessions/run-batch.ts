// Runs a model on pictures, in a worker: prepares each, runs them as one batch, and collects results and failures.
import { Damaged } from '../../models/image/file/damaged.ts';
import { explain } from '../explain.ts';
import { bytesOf } from './batch-size.ts';
import { type CancelFlags, Cancelled, checkOf } from './cancellation.ts';
import type { WorkerJob } from './job.ts';
import type { FailedJob, ModelRun, WorkerModel } from './messages.ts';
import type { PrepareInput } from './prepare-input.ts';
import type { ModelSession } from './session.ts';

/** A model that is open, or the reason why it cannot be opened. */
export interface LoadedModel {
  readonly model: WorkerModel;
  readonly session: Pick<ModelSession, 'largest' | 'run'> | undefined;
  readonly reason: string;
  /** Why: the model cannot be used, or it gives no embedding. */
  readonly failure?: 'broken' | 'no-embedding';
  /** `[batch,H,W,C]`, filled anew for each run; it grows to the largest batch that there was. */
  inputs: Uint8Array;
  /** Pictures in one run at most. */
  readonly largest: number;
}

/** Results that are not sent yet. */
export interface PendingResults {
  runs: ModelRun[];
  failed: FailedJob[];
}

/** Runs jobs of one model in batches of at most `loaded.largest`; adds what becomes of them to `results`. */
export async function runJobs(
  loaded: LoadedModel | undefined,
  jobs: readonly WorkerJob[],
  prepareInput: PrepareInput,
  results: PendingResults,
  cancelled?: CancelFlags,
): Promise<void> {
  if (loaded?.session === undefined) {
    const reason = loaded?.reason ?? 'the worker does not have it';
    const failure = loaded?.failure ?? 'broken';
    for (const { id } of jobs) results.failed.push({ id, failure, reason });
    return;
  }
  const { session } = loaded;

  /** A bad picture is left out of the batch and fails alone; when a run fails, its pictures run one by one. */
  const runBatch = async (batch: readonly WorkerJob[]): Promise<void> => {
    const { ids, spent, size } = prepareBatch(loaded, batch, prepareInput, results, cancelled);
    if (ids.length === 0) return;
    const n = session.largest ?? ids.length;
    const start = performance.now();
    try {
      const all = await session.run(loaded.inputs.subarray(0, n * size), n);
      const run = performance.now() - start;
      const output = all.output.subarray(0, ids.length * loaded.model.card.labels.length);
      const novelty = all.novelty?.subarray(0, ids.length);
      const embedding = all.embedding?.slice(0, (all.embedding.length / n) * ids.length);
      results.runs.push({
        ...{ key: loaded.model.key, ids, output, spent, run },
        ...(novelty && { novelty }),
        ...(embedding && { embedding }),
      });
    } catch (error) {
      if (batch.length > 1)
        for (const job of batch.filter(({ id }) => ids.includes(id))) await runBatch([job]);
      else for (const id of ids) results.failed.push({ id, failure: 'failed', reason: explain(error) });
    }
  };

  // Stryker disable next-line EqualityOperator: a batch of none does nothing
  for (let at = 0; at < jobs.length; at += loaded.largest) {
    await runBatch(jobs.slice(at, at + loaded.largest));
  }
}

/** Fills the inputs of a batch. */
function prepareBatch(
  loaded: LoadedModel,
  batch: readonly WorkerJob[],
  prepareInput: PrepareInput,
  results: PendingResults,
  cancelled: CancelFlags | undefined,
): { ids: number[]; spent: number[]; size: number } {
  const { shape, prepare } = loaded.model.card.input;
  const size = bytesOf(shape);
  const bytes = (loaded.session?.largest ?? batch.length) * size;
  if (loaded.inputs.length < bytes) loaded.inputs = new Uint8Array(bytes);
  const ids: number[] = [];
  const spent: number[] = [];
  for (const { id, input } of batch) {
    try {
      const check = checkOf(cancelled, id);
      check();
      const prepared = prepareInput(input, shape, prepare, check);
      loaded.inputs.set(prepared.data, ids.length * size);
      ids.push(id);
      spent.push(prepared.spent.decode, prepared.spent.prepare);
    } catch (error) {
      const failure =
        error instanceof Damaged ? 'refused' : error instanceof Cancelled ? 'gone' : ('failed' as const);
      results.failed.push({ id, failure, reason: explain(error) });
    }
  }
  return { ids, spent, size };
}
