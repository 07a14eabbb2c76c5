// The run of a fit: a folder with its last checkpoint, from which a fit with the same folder goes on.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { CustomCallbackArgs, History } from '@tensorflow/tfjs-node-gpu';
import { messageOf, UserError } from '../../models/errors.ts';
import { makePath } from '../../setup/files/index.mjs';
import type { State } from '../graph/state.ts';
import { tf } from '../graph/tensorflow.ts';
import { lockRun } from '../runs/lock.ts';
import type { BatchSource } from './batches.ts';
import {
  type ModelCheckpoint,
  type ModelProgress,
  type PlacedModel,
  restoreModel,
  type TrainingFacts,
  writeModelCheckpoint,
} from './checkpoint.ts';
import { iterationsOf, learningRateOf, setProgress } from './optimizer.ts';
import { recordTimes, writeModel } from './record.ts';

/** A folder that one process trains in. */
export interface ModelRun {
  /** Where an earlier fit ended; the model has its weights. */
  readonly before: ModelCheckpoint | undefined;
  /** The source, watched for the end of its epochs: an epoch that was broken off is not saved. */
  watch<T>(source: BatchSource<T>, batchesPerEpoch: number | undefined): BatchSource<T>;
  /** Saves each whole epoch. @param state - All weights and slots. */
  saving(state: () => State): CustomCallbackArgs;
  /** Puts the epochs of earlier fits before those of this one. */
  complete(history: History): History;
  close(): void;
}

/**
 * Opens a run, and puts its checkpoint into the model where it has one.
 * @param epochs - That are to be trained, those of earlier fits among them.
 * @throws UserError when another process trains in the folder, or its checkpoint is of another model or training.
 */
export function openModelRun(
  folder: string,
  placed: PlacedModel,
  facts: TrainingFacts,
  epochs: number,
): ModelRun {
  const last = join(folder, 'last.safetensors');
  try {
    makePath(folder);
  } catch (error) {
    throw new UserError(`${folder} cannot be made: ${messageOf(error)}`);
  }
  const unlock = lockRun({ name: basename(resolve(folder)), folder, last });
  try {
    const before = existsSync(last) ? restoreModel(last, placed, facts) : undefined;
    const { optimizer } = placed.model;
    if (before !== undefined) setProgress(optimizer, before.progress);
    writeModel(folder, placed.model, epochs);
    const times = recordTimes(folder, before?.progress.epochs ?? 0);
    const earlier = before?.progress.history ?? [];
    const rows: ModelProgress['history'] = [...earlier];
    let isWhole = false;
    return {
      before,
      watch: (source, batchesPerEpoch) => ({
        ...(source.size !== undefined && { size: source.size }),
        iterator: async () => {
          const inner = await source.iterator();
          let taken = 0;
          return {
            async next() {
              const asked = performance.now();
              const result = await inner.next();
              times.batch(rowsOf(result.value), performance.now() - asked);
              if (result.value !== null && result.value !== undefined) taken++;
              isWhole = batchesPerEpoch === undefined ? result.done : taken % batchesPerEpoch === 0;
              return result;
            },
          };
        },
      }),
      saving: (state) => ({
        onEpochBegin: async () => times.begin(),
        onBatchEnd: async () => times.step(),
        async onEpochEnd(epoch, logs) {
          rows.push({
            epoch,
            logs: Object.fromEntries(Object.entries(logs ?? {}).map(([k, v]) => [k, Number(v)])),
          });
          if (!isWhole) return;
          const progress = {
            epochs: epoch + 1,
            iterations: iterationsOf(optimizer),
            learningRate: learningRateOf(optimizer),
            history: rows,
          };
          writeModelCheckpoint(last, placed, state(), progress, facts);
          times.end(epoch + 1);
        },
      }),
      complete(history) {
        history.epoch.unshift(...earlier.map(({ epoch }) => epoch));
        for (const name of new Set(earlier.flatMap(({ logs }) => Object.keys(logs)))) {
          const values = earlier.map(({ logs }) => logs[name] ?? Number.NaN);
          history.history[name] = [...values, ...(history.history[name] ?? [])];
        }
        return history;
      },
      close: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Rows of a batch as tf.data gives it: `{ xs, ys }`, of tensors, lists or objects of them. */
function rowsOf(batch: unknown): number {
  if (typeof batch !== 'object' || batch === null) return 0;
  if (batch instanceof tf.Tensor) return batch.shape[0] ?? 0;
  return rowsOf('xs' in batch ? batch.xs : Object.values(batch)[0]);
}
