// The weights that each trial starts from, at a place that does not depend on the trial: each has a folder of runs of its own.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isModelFile } from '../cli/check-arguments.ts';
import { findRun } from '../runs/run.ts';

/**
 * @param from - a checkpoint, a model file, or a run of `runs`.
 * @returns the path of the file.
 * @throws UserError when there is no such run
 */
export function firstWeights(from: string, runs: string): string {
  const isRun = existsSync(from) && existsSync(join(from, 'recipe.json'));
  const isFile = isModelFile(from) || from.endsWith('.safetensors') || existsSync(from);
  return resolve(isFile && !isRun ? from : findRun(runs, from).best);
}
