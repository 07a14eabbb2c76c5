// A short training with its report, for the tests of what it leaves behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FitOptions, fit } from '../../../train/loop/fit.ts';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { openReport, type ReportOptions } from '../../../train/report/index.ts';
import { createRun, type Run } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';

export const dataset = await smallMnist(2000, 500);
export const recipe = findRecipe('digits', { epochs: 2, batchSize: 50 });

/** A folder for runs that is gone after `close`. */
export function temporaryFolder(): { path: string; close(): void } {
  const path = mkdtempSync(join(tmpdir(), 'trainyard-report-'));
  return { path, close: () => rmSync(path, { recursive: true }) };
}

export const newRun = (folder: string, of: Recipe = recipe): Run =>
  createRun(folder, of, { node: process.versions.node, cpu: '<b>a processor</b>' });

/** Trains `run` to its end, or until `signal`, and completes its report. */
export async function trainWithReport(
  run: Run,
  options: Partial<ReportOptions> & Pick<FitOptions, 'signal'> & { recipe?: Recipe } = {},
): Promise<{ path: string; address: string | undefined }> {
  const { signal, recipe: own = recipe, ...reported } = options;
  const report = await openReport({ run, dataset, ...reported });
  try {
    const { watcher, path, address } = report;
    const { finished } = await fit({ recipe: own, dataset, run, watcher, ...(signal && { signal }) });
    await report.finish(finished);
    return { path, address };
  } finally {
    await report.close();
  }
}
