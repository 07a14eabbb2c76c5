import { join } from 'node:path';
import { messageOf } from '../../models/errors.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import { warnOfLabels } from '../augment/wrong-labels.ts';
import type { Dataset } from '../datasets/index.ts';
import { writeWhole } from '../files/write-whole.ts';
import type { Watcher } from '../loop/fit.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import type { Run } from '../runs/run.ts';
import { analyze, sampleBatch } from './analysis.ts';
import { type Facts, readRun } from './facts.ts';
import { openLive } from './live.ts';
import { renderReport } from './page.ts';
import { recordTo } from './record.ts';
import { writeEvents } from './tensorboard.ts';

export interface ReportOptions {
  run: Run;
  dataset: Dataset;
  /** Shows the page at an address on this machine while it grows. */
  live?: boolean;
  /** Writes event files for TensorBoard into the run's folder. */
  tensorboard?: boolean;
}

export interface Report {
  readonly watcher: Watcher;
  /** Where the live page is. */
  readonly address: string | undefined;
  /** The page's file. */
  readonly path: string;
  /** What is wrong with the data as training sees them, if anything is. */
  readonly warning: string | undefined;
  /** Draws the page a last time, complete if training has ended; what goes wrong there does not harm the training. */
  finish(finished: boolean): Promise<void>;
  /** Lets go of files and address, also after a failure. */
  close(): Promise<void>;
}

/** Milliseconds between two pages within an epoch, while somebody looks. */
const REFRESH = 2000;

/** Opens the report of a run that is about to be trained. */
export async function openReport({ run, dataset, live, tensorboard }: ReportOptions): Promise<Report> {
  const before = readRun(run);
  const facts: Facts = {
    ...before,
    state: 'running',
    dataset,
    sample: await sampleBatch(before.recipe, dataset),
    warning: warnOfLabels(dataset, before.recipe.augment),
  };
  const recorder = recordTo(run, facts.record);
  const events = tensorboard ? writeEvents(run, facts) : undefined;
  const stage = live ? await openLive() : undefined;
  const path = reportPath(run);
  let drawn = performance.now();
  const draw = (state: Facts): void => {
    const page = renderReport(state);
    writePage(path, page);
    stage?.show(page);
    drawn = performance.now();
  };
  const drawer: Watcher = {
    onStart: () => draw(facts),
    onStep() {
      if (stage?.isWatched() && performance.now() - drawn > REFRESH) {
        stage.show(renderReport(facts));
        drawn = performance.now();
      }
    },
    onEpoch: () => draw(facts),
  };
  return {
    watcher: watchAll([recorder, ...(events ? [events] : []), drawer]),
    address: stage?.address,
    path,
    warning: facts.warning,
    async finish(finished) {
      try {
        if (!finished) return draw({ ...facts, state: 'interrupted' });
        draw({ ...facts, state: 'finished', analysis: await analyze(run, facts.recipe, dataset) });
      } catch (error) {
        console.error(
          `The report could not be completed: ${messageOf(error)}\nTry again: npx trainyard report ${run.name}`,
        );
      }
    },
    async close() {
      recorder.close();
      events?.close();
      await stage?.close();
    },
  };
}

/**
 * Makes the page of a run again, from its folder.
 * @returns The page's path.
 */
export async function makeReport(run: Run, dataset?: Dataset): Promise<string> {
  const read = readRun(run);
  const data = dataset ?? (await loadDataOf(read.recipe));
  await fetchPretrained(read.recipe);
  const [analysis, sample] = [await analyze(run, read.recipe, data), await sampleBatch(read.recipe, data)];
  writePage(
    reportPath(run),
    renderReport({
      ...read,
      dataset: data,
      sample,
      analysis,
      warning: warnOfLabels(data, read.recipe.augment),
    }),
  );
  return reportPath(run);
}

/** One watcher that tells many, in their order. */
export function watchAll(watchers: readonly Watcher[]): Watcher {
  return {
    onStart: (start) => {
      for (const watcher of watchers) watcher.onStart?.(start);
    },
    onStep: (done) => {
      for (const watcher of watchers) watcher.onStep?.(done);
    },
    onEpoch: (row, time) => {
      for (const watcher of watchers) watcher.onEpoch?.(row, time);
    },
  };
}

export const reportPath = ({ folder }: Run) => join(folder, 'report.html');

function writePage(path: string, page: string): void {
  writeWhole(path, page);
}
