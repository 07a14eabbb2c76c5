// One recipe to a model file, compared on its whole test set, in a process of its own; prints the result as JSON.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import type { Dataset } from '../../../train/datasets/index.ts';
import { fit } from '../../../train/loop/fit.ts';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { readRun } from '../../../train/report/facts.ts';
import { isOfRow } from '../../../train/results/kept.ts';
import { createRun, listRuns, type Run } from '../../../train/runs/run.ts';
import { readSingleCard } from '../../single-card.ts';

/** Pictures that the short training is evaluated on: its accuracy does not matter here. */
const EVALUATED = 100;

/** A wide tolerance: this benchmark measures the difference, and lists the recipes that are beyond 1e-5. */
const MOST = 0.01;

interface Asked {
  recipe: string;
  options: Record<string, string>;
  tta: boolean;
  /** Of the short training, where no run of the recipe is finished. */
  steps: number;
  /** Folder of finished runs. */
  runs: string;
}

const { recipe: name, options, tta, steps, runs } = JSON.parse(process.argv[2] ?? '{}') as Asked;
const recipe = findRecipe(name, {}, options);
const folder = mkdtempSync(join(tmpdir(), 'trainyard-parity-'));
try {
  const finished = finishedRun(recipe);
  const run = finished ?? (await trained({ ...recipe, steps }));
  const began = performance.now();
  const model = await loadRun(run, finished ? 'best' : 'last', tta);
  const file = await exportModel(model, { repository: join(folder, 'models'), tolerance: MOST });
  const { parity, metrics, architecture } = readSingleCard(readFileSync(file.path));
  const { length } = readFileSync(file.path);
  const seconds = (performance.now() - began) / 1000;
  const of = { architecture: architecture.name, parameters: architecture.parameters };
  const training = finished ? 'whole' : `${steps} steps`;
  console.log(
    JSON.stringify({ ...of, training, parity, accuracy: metrics?.accuracy, bytes: length, seconds }),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** The newest finished run of the recipe that still has its weights. */
function finishedRun(wanted: Recipe): Run | undefined {
  return listRuns(runs).findLast((run) => {
    if (!existsSync(run.best)) return false;
    const { state, recipe: own } = readRun(run);
    return state === 'finished' && own.budget === undefined && isOfRow(own, wanted);
  });
}

async function trained(short: Recipe): Promise<Run> {
  const dataset = await loadDataOf(short);
  const run = createRun(join(folder, 'runs'), short, {});
  const { finished } = await fit({ recipe: short, dataset: withFewTests(dataset), run });
  if (!finished) throw new Error(`the training of ${name} did not finish`);
  return run;
}

function withFewTests(dataset: Dataset): Dataset {
  const n = Math.min(EVALUATED, dataset.validation.n);
  return {
    ...dataset,
    validation: { ...dataset.validation, n, labels: dataset.validation.labels.subarray(0, n) },
  };
}
