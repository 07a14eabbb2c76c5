// The report of a run: opened with its training, drawn while it goes on, and made again from the run's folder.
import { join } from 'node:path';
import { messageOf } from '../../models/errors.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import { warnOfLabels } from '../augment/wrong-labels.ts';
import type { Dataset } from '../datasets/index.ts';
import { writeWhole } from '../files/write-whole.ts';
import { type Watcher, watchAll } from '../loop/watcher.ts';
import type { Progress, Say } from '../progress.ts';
import { registryOf } from '../project/registry-of.ts';
import type { Recipe } from '../recipes/index.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { checkData, recordData } from '../runs/data.ts';
import type { Run } from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';
import { taskOf } from '../tasks/task.ts';
import { type Facts, readRun } from './facts.ts';
import { openLive } from './live.ts';
import { openNetwork } from './network.ts';
import { renderReport } from './page.ts';
import { recordTo } from './record.ts';
import { sampleOf } from './sample.ts';
import { type Section, type SectionOfRecord, sectionsFor, withoutNetwork } from './section.ts';
import { sections as builtIn } from './sections/index.ts';
import { writeEvents } from './tensorboard.ts';
import { examine, type TrainedNetwork } from './trained.ts';

export interface ReportOptions {
  run: Run;
  dataset: Dataset;
  /** What the page shows, in this order; by default our own sections. */
  sections?: readonly Section[];
  /** Shows the page at an address on this machine while it grows. */
  live?: boolean;
  /** Writes event files for TensorBoard into the run's folder. */
  tensorboard?: boolean;
  /** Told why the page could not be completed. */
  warn?: Say;
}

export interface OpenReport {
  readonly watcher: Watcher;
  /** Where the live page is. */
  readonly address: string | undefined;
  /** The page's file. */
  readonly path: string;
  /** What is wrong with the augmented pictures, if anything is. */
  readonly warning: string | undefined;
  /**
   * Draws the page a last time, complete if training has ended: then it answers what the network was found to be. What goes
   * wrong there does not harm the training.
   */
  finish(finished: boolean): Promise<TrainedNetwork | undefined>;
  /** Lets go of files and address, also after a failure. */
  close(): Promise<void>;
}

/** Milliseconds between two pages within an epoch, while somebody looks. */
const REFRESH = 2000;

/** Opens the report of a run that is about to be trained. */
export async function openReport({
  run,
  dataset,
  sections = builtIn,
  live,
  tensorboard,
  warn = () => {},
}: ReportOptions): Promise<OpenReport> {
  const before = readRun(run);
  const facts: Facts = {
    ...before,
    state: 'running',
    dataset,
    sample: await sampleOf(before.recipe, dataset),
    warning: warnOfLabels(dataset, before.recipe.augment),
  };
  const recorder = recordTo(run, facts.record);
  recordData(run, dataset);
  const events = tensorboard ? writeEvents(run, facts) : undefined;
  const stage = live ? await openLive() : undefined;
  const path = reportPath(run);
  let drawn = performance.now();
  const own = sectionsFor(sections, taskOf(before.recipe));
  const early = withoutNetwork(own);
  const draw = (state: Facts, shown: readonly SectionOfRecord[] = early): void => {
    const page = renderReport(state, shown);
    writeWhole(path, page);
    stage?.show(page);
    drawn = performance.now();
  };
  const drawer: Watcher = {
    onStart: () => draw(facts),
    onStep() {
      if (stage?.isWatched() && performance.now() - drawn > REFRESH) {
        stage.show(renderReport(facts, early));
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
        if (!finished) {
          draw({ ...facts, state: 'interrupted' });
          return undefined;
        }
        const { parameters, shown, trained } = await lookAt(run, facts.recipe, dataset, own);
        draw({ ...facts, state: 'finished', parameters }, shown);
        return trained;
      } catch (error) {
        warn(
          `The report could not be completed: ${messageOf(error)}\nTry again: ${runCommand('report', run, [run.name])}`,
        );
        return undefined;
      }
    },
    async close() {
      recorder.close();
      events?.close();
      await stage?.close();
    },
  };
}

/** Lets every section look at the network of a run's best checkpoint. */
async function lookAt(run: Run, recipe: Recipe, dataset: Dataset, sections: readonly Section[]) {
  const network = openNetwork(run, recipe, dataset, await registryOf(recipe));
  try {
    const trained = await examine(network, recipe, dataset);
    const shown: SectionOfRecord[] = [];
    for (const section of sections) shown.push(await section.show(trained));
    return { parameters: network.parameters, shown, trained };
  } finally {
    network.dispose();
  }
}

/**
 * Makes the page of a run again, from its folder.
 * @returns The page's path.
 * @throws UserError when the run has no best checkpoint, or its data cannot be read.
 */
export async function makeReport(
  run: Run,
  {
    dataset,
    sections = builtIn,
    ...progress
  }: Partial<Pick<ReportOptions, 'dataset' | 'sections'>> & Progress = {},
): Promise<string> {
  const read = readRun(run);
  const { recipe } = read;
  const data = dataset ?? (await loadDataOf(recipe, undefined, progress));
  // A page of old errors with new pictures would be about nothing.
  if (read.data !== undefined) checkData(run, read.data.digests, data);
  await fetchPretrained(recipe);
  const { parameters, shown } = await lookAt(run, recipe, data, sectionsFor(sections, taskOf(recipe)));
  const [sample, warning] = [await sampleOf(recipe, data), warnOfLabels(data, recipe.augment)];
  writeWhole(reportPath(run), renderReport({ ...read, dataset: data, sample, parameters, warning }, shown));
  return reportPath(run);
}

export const reportPath = ({ folder }: Run) => join(folder, 'report.html');
