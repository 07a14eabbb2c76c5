// The code of a recipe: kept by its digest, found again in the cache or beside its run, and missed in words.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openLoader } from '../../../train/loader/index.ts';
import { onlyRecipe, resolveOwn } from '../../../train/project/own-recipe.ts';
import { loadProject } from '../../../train/project/project.ts';
import { noteOnCode, registryOf } from '../../../train/project/registry-of.ts';
import type { Recipe } from '../../../train/recipes/index.ts';
import { createRun, findOfOtherCode, readRecipe } from '../../../train/runs/run.ts';
import { useCache } from '../../own-cache.ts';
import { draw, projectWith, recipeFile } from './support.ts';

const cache = mkdtempSync(join(tmpdir(), 'trainyard-kept-'));
useCache(cache);
afterAll(() => rmSync(cache, { recursive: true }));

const TEXT = recipeFile(
  "export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny({ width: 3 }) });",
);

let path: string;
let recipe: Recipe;
const runs = join(cache, 'runs');
const change = () => writeFileSync(path, TEXT.replace('kernel: 5', 'kernel: 3'));
const forget = () => rmSync(join(cache, 'code'), { recursive: true });
const widthOf = (registry: Awaited<ReturnType<typeof registryOf>>) =>
  registry.architectures.some(({ name }) => name === 'tiny');

beforeEach(async () => {
  path = join(projectWith({ 'own.recipe.ts': TEXT, 'draw.ts': draw }), 'own.recipe.ts');
  const project = await loadProject(path);
  ({ recipe } = await resolveOwn(onlyRecipe(project), project));
});

describe('the code of a recipe', () => {
  it('is found in the cache, whatever has become of the file', async () => {
    expect(await noteOnCode(recipe)).toBeUndefined();
    change();
    expect(widthOf(await registryOf(recipe))).toBe(true);
    expect(await noteOnCode(recipe)).toMatch(
      /own\.recipe\.ts has changed \(it is [0-9a-f]{12}\.\.\. now\) since this was trained/,
    );
    writeFileSync(path, 'export default {,');
    expect(await noteOnCode(recipe)).toContain('has changed and cannot be read any more since');
    rmSync(path);
    expect(widthOf(await registryOf(recipe))).toBe(true);
    expect(await noteOnCode(recipe)).toContain('own.recipe.ts has gone since this was trained');
  });

  it('is beside its run, from where it comes back', async () => {
    const run = createRun(runs, recipe, {});
    expect(readFileSync(join(run.folder, 'code.mjs'), 'utf8')).toContain('kernel: 5');
    rmSync(path);
    forget();
    expect(widthOf(await registryOf(readRecipe(run)))).toBe(true);
    expect(readdirSync(join(cache, 'code'))).toEqual([`${recipe.module?.sha256}.mjs`]);
  });

  it('comes back from its run where that of the cache is damaged', async () => {
    const run = createRun(runs, recipe, {});
    rmSync(path);
    writeFileSync(join(cache, 'code', `${recipe.module?.sha256}.mjs`), 'export default 1;');
    expect(widthOf(await registryOf(readRecipe(run)))).toBe(true);
  });

  it('is read from the file where it is lost and the file is the same, and is missed in words else', async () => {
    forget();
    expect(widthOf(await registryOf(recipe))).toBe(true);
    forget();
    change();
    await expect(registryOf(recipe)).rejects.toThrow(
      /The code that this was trained with is not kept here any more \(SHA-256 [0-9a-f]{12}\.\.\.\), and .*own\.recipe\.ts has changed since: it is [0-9a-f]{12}\.\.\. now\. Bring the file back as it was, or train anew/,
    );
    rmSync(path);
    await expect(registryOf(recipe)).rejects.toThrow(/own\.recipe\.ts is not there\. Bring the file back/);
  });

  it('is not taken from a file that was changed by hand', async () => {
    const run = createRun(runs, recipe, {});
    writeFileSync(join(run.folder, 'code.mjs'), 'export default 1;');
    rmSync(path);
    forget();
    await expect(registryOf(readRecipe(run))).rejects.toThrow('is not kept here any more');
    expect(existsSync(join(cache, 'code'))).toBe(false);
  });

  it('of an interrupted run that differs from that of today is named', async () => {
    const folder = join(cache, 'other');
    const run = createRun(folder, recipe, {});
    expect(findOfOtherCode(folder, recipe)).toBeUndefined();
    const now = { ...recipe, module: { path, sha256: 'f'.repeat(64) } };
    expect(findOfOtherCode(folder, now)?.name).toBe(run.name);
    expect(findOfOtherCode(folder, { ...now, epochs: 3 })).toBeUndefined();
    expect(
      findOfOtherCode(folder, { ...now, module: { ...now.module, path: '/elsewhere.ts' } }),
    ).toBeUndefined();
  });
});

describe('an augmentation of one’s own', () => {
  const loaderOf = async (apply: string) => {
    const file =
      recipeFile(`const own = defineTransform({ name: 'own', options: { by: 1 }, apply: ${apply} });
      export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny(), augment: own({ by: 30 }) });`);
    const project = await loadProject(join(projectWith({ 'r.ts': file, 'draw.ts': draw }), 'r.ts'));
    const { recipe: resolved, pictures } = await resolveOwn(onlyRecipe(project), project);
    const { train: split, shape } = pictures;
    const { transforms } = project.registry;
    return openLoader({ split, shape, batchSize: 8, seed: 1, augment: resolved.augment, transforms });
  };

  it('runs in the loader’s thread, with its options', async () => {
    const loader = await loaderOf('(image, { options }) => image.map((byte) => byte + options.by)');
    // The bar is 220.
    expect(loader.next().images.reduce((most, byte) => Math.max(most, byte), 0)).toBe(250);
    await loader.close();
  });

  it.each([
    [
      "() => { throw new RangeError('too dark'); }",
      /^The transform own fails: RangeError: too dark \(.*r\.ts:\d+:\d+\)$/,
    ],
    [
      '() => process.exit()',
      /^The pictures cannot be prepared: a transform ended its thread by process\.exit\(\)\.$/,
    ],
    [
      '() => new Uint8Array(3)',
      /^The transform own gives 3 bytes for a picture of 144 bytes: expected a Uint8Array as long as the picture, \[12,12,1\]\.$/,
    ],
  ])('that fails says so without a stack trace: %s', async (apply, words) => {
    const loader = await loaderOf(apply);
    expect(() => loader.next()).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(words) }),
    );
    await loader.close();
  });
});
