// What is promised where the recipe of one run is damaged: the message names its file, and other trainings go on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { createRun, findFinished, findUnfinished, type Run, readRecipe } from '../../../train/runs/run.ts';

let folder: string;
let recipe: Recipe;
let damaged: Run;
let whole: Run;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-damaged-recipe-'));
  recipe = findRecipe('digits', {});
  whole = createRun(folder, recipe, {});
  damaged = createRun(folder, recipe, {});
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each([
  ['empty', '', /recipe\.json is damaged: it is not JSON/],
  ['cut off', '{"name": "digits", ', /recipe\.json is damaged: it is not JSON/],
  [
    'of a later version',
    '{"name": "digits", "colour": 1}',
    /recipe\.json cannot be read by this version.*\n/,
  ],
  ['no recipe', 'null', /recipe\.json cannot be read by this version.*\n {2}recipe: expected an object/],
])('a recipe that is %s', (_, text, message) => {
  beforeEach(() => writeFileSync(join(damaged.folder, 'recipe.json'), text));

  it('is refused by the name of its file', () => {
    expect(() => readRecipe(damaged)).toThrow(message);
    expect(() => readRecipe(damaged)).toThrow(damaged.folder);
  });

  it('does not keep other runs from being found', () => {
    expect(findUnfinished(folder, recipe)).toEqual(whole);
    expect(findFinished(folder, recipe)).toBeUndefined();
  });
});
