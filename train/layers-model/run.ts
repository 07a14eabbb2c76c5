// The run of a fit: a folder with its last checkpoint, from which a fit with the same folder goes on.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { CustomCallbackArgs, History } from '@tensorflow/tfjs-node-gpu';
import { messageOf, UserError } from '../../models/errors.ts';
import { makePath } from '../../setup/files/index.mjs';
import type { State } from '../graph/state.ts';
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
 * @throws UserError when another process trains in the folder, or its checkpoint is of another model or training.
 */
export function openModelRun(folder: string, placed: PlacedModel, facts: TrainingFacts): ModelRun {
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
              const result = await inner.next();
              if (result.value !== null && result.value !== undefined) taken++;
              isWhole = batchesPerEpoch === undefined ? result.done : taken % batchesPerEpoch === 0;
              return result;
            },
          };
        },
      }),
      saving: (state) => ({
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
