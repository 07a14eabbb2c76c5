// What RESULTS.md needs of each finished run, a line of JSON in the repository: it outlives the run folders.
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { changedSplit, digestsSchema } from '../datasets/digests.ts';
import { parseJson } from '../files/json.ts';
import { adjusted } from '../recipes/adjust.ts';
import { ourNetwork, recipeOn } from '../recipes/folder.ts';
import { findRecipe, type Recipe } from '../recipes/index.ts';
import { publicRecipe } from '../recipes/public.ts';
import { type Row, rows } from '../recipes/published.ts';
import { resolveRecipe } from '../recipes/recipe.ts';
import { readRun } from '../report/facts.ts';
import { timeSchema } from '../report/record.ts';
import { rowSchema, testResultsSchema } from '../runs/checkpoint.ts';
import { listRuns } from '../runs/run.ts';

const schema = z.object({
  recipe: z.unknown().transform((recipe) => resolveRecipe(recipe)),
  environment: z.record(z.string(), z.unknown()),
  record: z.object({
    history: z.array(rowSchema),
    times: z.array(timeSchema),
    tested: testResultsSchema.exactOptional(),
  }),
  /** What it was trained on; not known of lines of earlier versions. */
  data: z.object({ digests: digestsSchema }).exactOptional(),
});

/** What RESULTS.md needs of a finished run. */
export type Finished = z.output<typeof schema>;

/** The finished runs in `folder`, oldest first. */
export function finishedRuns(folder: string): Finished[] {
  return listRuns(folder)
    .map(readRun)
    .filter(({ state }) => state === 'finished')
    .map((run) => schema.parse(run));
}

/** The runs of a file that `npm run results` wrote; none if it is not there. @throws UserError for a damaged line. */
export function readKept(path: string): Finished[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      if (line === '') return [];
      try {
        return [parseJson(line, schema, 'It')];
      } catch (error) {
        throw new UserError(
          `Line ${i + 1} of ${path} is not a record of a run. ${messageOf(error)} Delete that line, and run \`npm run results\` where the run's folder is.`,
        );
      }
    });
}

/**
 * The runs that a row of RESULTS.md needs, in an order that does not depend on when they were made. Of two with the
 * same recipe, data, seed and machine the later counts; what belongs to no row as it stands now is left out.
 */
export function keep(kept: readonly Finished[], found: readonly Finished[]): Finished[] {
  const wanted = rows.map(recipeOf);
  const runs = new Map<string, Finished>();
  for (const each of [...kept, ...found]) {
    const run = { ...each, recipe: publicRecipe(each.recipe) };
    const { recipe, environment } = run;
    if (!wanted.some((row) => isOfRow(recipe, row))) continue;
    const { steps: _steps, ...asked } = recipe;
    const key = canonicalJson([asked, environment.cpu, environment.device]);
    // A line of an earlier version does not say which data it is of: this run of them is taken for the same.
    const known = [...runs].find(
      ([other, { data }]) => other.startsWith(key) && areEqualData(data, run.data),
    );
    if (known !== undefined) runs.delete(known[0]);
    runs.set(key + canonicalJson(run.data?.digests ?? null), run);
  }
  return [...runs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, run]) => run);
}

/** Whether two runs are of the same data, as far as is known. */
function areEqualData(a: Finished['data'], b: Finished['data']): boolean {
  return a === undefined || b === undefined || changedSplit(a.digests, b.digests) === undefined;
}

export function recipeOf({ recipe, options }: Row): Recipe {
  if (!recipe.startsWith('./')) return findRecipe(recipe, {}, options);
  const { epochs, 'learning-rate': learningRate, 'freeze-epochs': freezeEpochs, ...own } = options;
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  // Neither its classes nor their number decide what `identity` compares.
  const folder = { path: recipe.slice(1), labels: [], images: Number.POSITIVE_INFINITY, options: own };
  return adjusted(resolveRecipe(recipeOn(folder, ourNetwork(own))), {
    epochs: number(epochs),
    freezeEpochs: number(freezeEpochs),
    learningRate: number(learningRate),
  });
}

/** Whether a run of `recipe` belongs to a row whose own recipe is `row`: of a run at a budget, its steps do not matter. */
export function isOfRow(recipe: Recipe, row: Recipe): boolean {
  const isWhole = recipe.budget === undefined;
  return identity(recipe, isWhole) === identity(row, isWhole);
}

/** What validates, where that is not trained on: pictures that are drawn to validate with are taken from no others. */
function trainedWithout(dataset: string, validation: Recipe['validation']) {
  return dataset === 'circles' || validation === undefined ? {} : { validation };
}

/** What has to be equal for two runs to belong together, as text. */
function identity(recipe: Recipe, withSteps: boolean): string {
  const {
    seed: _seed,
    precision: _precision,
    budget: _budget,
    steps,
    validation,
    ...rest
  } = publicRecipe(recipe);
  const asked = { ...rest, ...trainedWithout(recipe.dataset, validation) };
  // What a folder's recipe says of itself names its classes, which a row does not know.
  const said = recipe.folder === undefined ? asked : { ...asked, description: '' };
  return canonicalJson(withSteps && steps !== undefined ? { ...said, steps } : said);
}
