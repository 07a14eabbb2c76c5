// What a report shows besides the trained network: the run, its data and how its training went.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../datasets/index.ts';
import { readJsonFile } from '../files/json.ts';
import type { Recipe } from '../recipes/index.ts';
import { type RunData, readData } from '../runs/data.ts';
import { isFinished, type Run, readRecipe } from '../runs/run.ts';
import { readRecord, type TrainingRecord } from './record.ts';
import type { Sample } from './sample.ts';

export interface Facts {
  readonly run: Run;
  readonly recipe: Recipe;
  /** As environment.json has it. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly dataset: Dataset;
  readonly record: TrainingRecord;
  readonly state: 'running' | 'interrupted' | 'finished';
  readonly sample: Sample;
  /** Where augmentation makes labels wrong. */
  readonly warning?: string | undefined;
  /** How many values were trained; absent until training has ended. */
  readonly parameters?: number;
}

/** What is known of a run without its data and its network. */
export function readRun(
  run: Run,
): Pick<Facts, 'run' | 'recipe' | 'environment' | 'record' | 'state'> & { readonly data?: RunData } {
  const path = join(run.folder, 'environment.json');
  const environment = existsSync(path) ? readJsonFile(path, z.record(z.string(), z.unknown())) : {};
  const data = readData(run);
  return {
    ...(data && { data }),
    run,
    recipe: readRecipe(run),
    environment,
    record: readRecord(run),
    state: isFinished(run) ? 'finished' : 'interrupted',
  };
}
