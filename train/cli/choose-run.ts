// Third step from the command line to a run: a new one, one that was interrupted, or the one to resume.
import { existsSync } from 'node:fs';
import type { Dataset } from '../datasets/index.ts';
import { type Weights, weightsDigest, weightsOf } from '../loop/initial-weights.ts';
import type { Recipe } from '../recipes/index.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { readCheckpoint } from '../runs/checkpoint.ts';
import { findFinished, findRun, findUnfinished, type Run, readRecipe, returnToBest } from '../runs/run.ts';
import { readModelFile } from '../runs/weights-of-model-file.ts';
import { type Asked, isModelFile } from './check-arguments.ts';
import { once, recipeOfArguments } from './recipe-of-arguments.ts';

export interface Choice {
  readonly recipe: Recipe;
  /** The run to go on with; it is done already where `isDone`. */
  readonly run?: Run;
  readonly isDone?: true;
  /** The weights that a new run starts from. */
  readonly weights?: Weights;
  /** What the recipe trains on, loaded once. */
  data(): Promise<Dataset>;
}

/**
 * What to train, and the run to go on with, if there is one.
 * @param orDone - Where a run of the recipe is done already, that one.
 */
export async function chooseRun(asked: Asked, orDone = false): Promise<Choice> {
  const { runs, resume, fresh, from } = asked;
  if (resume !== undefined) {
    const run = findRun(runs, resume.run);
    if (resume.from === 'best') returnToBest(run);
    const recipe = readRecipe(run);
    return { recipe, run, data: once(() => loadDataOf(recipe)) };
  }
  const { recipes, data } = await recipeOfArguments(asked);
  const weights = from === undefined ? undefined : weightsFrom(runs, from);
  const digest = weights && { from: weightsDigest(weights) };
  const [first, ...others] = recipes.map((recipe) => ({ ...recipe, ...digest }));
  if (first === undefined) throw new Error('a recipe has at least one precision');
  const common = { data, ...(weights && { weights }) };
  const candidates = fresh ? [] : [first, ...others];
  const [done] = orDone ? candidates.flatMap((recipe) => findFinished(runs, recipe) ?? []) : [];
  if (done !== undefined) return { recipe: readRecipe(done), run: done, isDone: true, ...common };
  for (const candidate of candidates) {
    const run = findUnfinished(runs, candidate);
    if (run === undefined) continue;
    console.log(`Going on with ${run.name}, which was interrupted (--fresh starts over).`);
    return { recipe: readRecipe(run), run, ...common };
  }
  return { recipe: first, ...common };
}

/** The weights of a checkpoint or a model file, or of the best checkpoint of a run. */
function weightsFrom(runs: string, from: string): Weights {
  if (isModelFile(from)) return readModelFile(from).weights;
  const isFile = from.endsWith('.safetensors') || (existsSync(from) && !existsSync(`${from}/recipe.json`));
  return weightsOf(readCheckpoint(isFile ? from : findRun(runs, from).best));
}
