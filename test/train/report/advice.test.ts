// What a report advises can be done: every option that it names exists, is taken, and changes the recipe.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportArgs } from '../../../export/cli/args.ts';
import { heldOutOf } from '../../../models/held-out.ts';
import { augmentBy, augmentOptions } from '../../../train/augment/index.ts';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { adjusted } from '../../../train/recipes/adjust.ts';
import { findRecipe, type Recipe, recipeDigest, resolveRecipe } from '../../../train/recipes/index.ts';
import { folderNetworks } from '../../../train/recipes/networks.ts';
import { diagnose } from '../../../train/report/advice.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-advice-'));
afterAll(() => rmSync(folder, { recursive: true }));

const row = { lookedAt: 0, time: 0, seconds: 1, errorRate: 0.1, learningRate: 0.01 };
const history = [
  { ...row, epoch: 1, step: 100, trainLoss: 1, validLoss: 0.5 },
  { ...row, epoch: 2, step: 200, trainLoss: 0.5, validLoss: 0.9 },
] as unknown as Parameters<typeof diagnose>[2];

const of = (errorRate: number) => ({ n: 10_000, errorRate, loss: 1, confidence: 0.99 });
const bias = { train: of(0.3), test: of(0.31) };
const variance = { train: of(0.01), test: of(0.3) };
const neither = { train: of(0), test: of(0) };

const photos = (name: string): Recipe =>
  resolveRecipe({
    ...findRecipe('digits'),
    dataset: folder,
    folder: { size: 32, valid: 0.2 },
    options: { architecture: name },
    ...folderNetworks.get(name)?.recipe,
  });

const recipes: [string, Recipe][] = [
  ['digits', findRecipe('digits')],
  ['fc-mnist', findRecipe('fc-mnist')],
  ['vgg-cifar', findRecipe('vgg-cifar')],
  ['cifar-fast', findRecipe('cifar-fast')],
  ...[...folderNetworks.keys()].map((name): [string, Recipe] => [folder, photos(name)]),
];

/** The options in a line: those of one pair of backticks belong together. */
const said = (line: string) =>
  [...line.matchAll(/`(--[^`]+)`/g)].map(([, text = '']) =>
    Object.fromEntries(
      [...text.matchAll(/--(\S+)(?: ([^\s-]\S*))?/g)].map(([, name = '', value]) => [name, value]),
    ),
  );

describe.each(recipes)('of %s (%#)', (subject, recipe) => {
  it.each([
    ['bias', bias],
    ['variance', variance],
    ['neither', neither],
  ])('advice against %s can be followed', (_, statistics) => {
    const { advice, summary } = diagnose(statistics, recipe, history);
    expect(advice.length).toBeGreaterThan(0);
    const own = heldOutOf(recipe) === 'test' ? /validation/ : /\btest\b/;
    expect([summary, ...advice].join('\n')).not.toMatch(own);
    for (const options of advice.flatMap(said)) {
      if ('calibrate' in options) expect(exportArgs).toHaveProperty('calibrate');
      else if (!('seeds' in options)) {
        const asked = checkArguments({ recipe: subject, runs: folder, ...options });
        const made = adjusted(recipe, asked);
        const changed =
          recipeDigest({ ...made, augment: augmentBy(made.augment, asked.chosen) }) !==
            recipeDigest(recipe) || asked.folder.architecture !== undefined;
        expect(
          changed || Object.keys(options).every((name) => name in augmentOptions),
          JSON.stringify(options),
        ).toBe(true);
      }
    }
  });
});

it('names no flips for digits, and says where they would change what a picture means', () => {
  const plain = (recipe: Recipe) => diagnose(variance, { ...recipe, augment: {} }, history).advice.join('\n');
  expect(plain(findRecipe('digits'))).toContain('`--augment digits`');
  expect(plain(findRecipe('digits'))).not.toMatch(/flip/i);
  expect(plain(photos('small-cnn'))).toMatch(
    /`--augment photo`.*`--augment photo --flip off` where left and right matter/,
  );
});
