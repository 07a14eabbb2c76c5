// The code of a recipe: kept by its digest, found again in the cache or beside its run, and missed in words.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { chooseRun } from '../../../train/cli/choose-run.ts';
import { openLoader } from '../../../train/loader/index.ts';
import { onlyRecipe, resolveOwn } from '../../../train/project/own-recipe.ts';
import { packageChanges, packageOf, packagesLine, packagesOf } from '../../../train/project/packages-of.ts';
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

describe('the packages that a recipe imports', () => {
  const using = recipeFile(`import { width } from '@acme/widths/small.js';
  import * as other from 'other';
  export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny({ width: width + other.more }) });`);
  const packageFiles = (version: string) => ({
    'node_modules/@acme/widths/package.json': JSON.stringify({
      name: '@acme/widths',
      version,
      type: 'module',
    }),
    'node_modules/@acme/widths/small.js': 'export const width = 3;',
    'node_modules/other/package.json': JSON.stringify({ name: 'other', version: '2.0.0', main: 'main.cjs' }),
    'node_modules/other/main.cjs': 'exports.more = 1;',
  });
  const resolved = async (at: string) => {
    const project = await loadProject(at);
    return (await resolveOwn(onlyRecipe(project), project)).recipe;
  };

  it('are in its digest by their versions, and what has changed of them is said', async () => {
    const folder = projectWith({ 'own.recipe.ts': using, 'draw.ts': draw, ...packageFiles('1.2.3') });
    const at = join(folder, 'own.recipe.ts');
    const before = await resolved(at);
    expect((await resolved(at)).module).toEqual(before.module);
    expect(await noteOnCode(before)).toBeUndefined();
    const run = createRun(join(cache, 'packages'), before, {});
    expect(readFileSync(join(run.folder, 'code.mjs'), 'utf8')).toContain(
      '\n//# packages {"@acme/widths":"1.2.3","other":"2.0.0"}\n//# sourceMappingURL=',
    );
    for (const [name, text] of Object.entries(packageFiles('1.2.4'))) writeFileSync(join(folder, name), text);
    const now = await resolved(at);
    expect(now.module?.sha256).not.toBe(before.module?.sha256);
    expect(await noteOnCode(before)).toMatch(
      /since this was trained \(code \w+\.\.\.\): package @acme\/widths was 1\.2\.3, is 1\.2\.4\. What follows .* with the packages of today\.$/,
    );
    const said: string[] = [];
    const args = checkArguments({ recipe: at, runs: join(cache, 'packages'), precision: before.precision });
    const choice = await chooseRun(args, false, { say: (line) => void said.push(line) });
    choice.unlock?.();
    expect(choice.run).toBeUndefined();
    expect(said.join('\n')).toContain(
      'own.recipe.ts has changed since (package @acme/widths was 1.2.3, is 1.2.4): this is a new run.',
    );
  });

  it('leave the digest of a recipe without any as it was, and a package with no version has one', () => {
    expect(packagesLine(new Map())).toBe('');
    expect(packagesOf('let a;\n')).toEqual(new Map());
    const packages = new Map([
      ['a', '1.0.0'],
      ['b', '0.0.0'],
    ]);
    expect(packagesOf(`let a;\n${packagesLine(packages)}//# sourceMappingURL=x`)).toEqual(packages);
    expect(
      packageChanges(
        packages,
        new Map([
          ['b', '0.0.1'],
          ['c', '2.0.0'],
        ]),
      ),
    ).toBe(
      'package a was 1.0.0, is imported no more; package b was 0.0.0, is 0.0.1; package c was not imported, is 2.0.0',
    );
    expect(packageOf('/x/node_modules/.pnpm/a@1/node_modules/@b/c/d.js')).toEqual({
      name: '@b/c',
      version: '0.0.0',
    });
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
