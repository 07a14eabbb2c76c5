// Recipe files: what is found, loaded and resolved of them, and what is said of those that cannot be.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { findConfig } from '../../../train/project/find-module.ts';
import { onlyRecipe, recipeNamed, resolveOwn } from '../../../train/project/own-recipe.ts';
import { loadProject } from '../../../train/project/project.ts';
import { useCache } from '../../own-cache.ts';
import { draw, projectWith, recipeFile } from './support.ts';

const cache = mkdtempSync(join(tmpdir(), 'trainyard-project-cache-'));
useCache(cache);
afterAll(() => rmSync(cache, { recursive: true }));

const load = (text: string, name = 'own.recipe.ts') =>
  loadProject(join(projectWith({ [name]: text, 'draw.ts': draw }), name));

const resolveText = async (text: string) => {
  const project = await load(recipeFile(text));
  return resolveOwn(onlyRecipe(project), project);
};

describe('the config', () => {
  it('is found in the folder or above it, TypeScript first, and not below', () => {
    const folder = projectWith({ 'trainyard.config.js': '', 'a/trainyard.config.mts': '', 'a/b/x': '' });
    expect(findConfig(join(folder, 'a', 'b'))).toBe(join(folder, 'a', 'trainyard.config.mts'));
    expect(findConfig(folder)).toBe(join(folder, 'trainyard.config.js'));
    writeFileSync(join(folder, 'trainyard.config.ts'), '');
    expect(findConfig(folder)).toBe(join(folder, 'trainyard.config.ts'));
    mkdirSync(join(folder, 'c'));
    expect(findConfig(join(folder, 'c'))).toBe(join(folder, 'trainyard.config.ts'));
  });

  it('is looked for from where npm was called', () => {
    const folder = projectWith({ 'trainyard.config.ts': '' });
    vi.stubEnv('INIT_CWD', folder);
    expect(findConfig()).toBe(join(folder, 'trainyard.config.ts'));
    vi.unstubAllEnvs();
  });
});

describe('a recipe file', () => {
  it('that names data of ours has their options, and prepares pictures as our recipe does', async () => {
    const { recipe, pictures } = await resolveText(`export default defineRecipe({ name: 'counting',
      dataset: 'circles', circles: { from: 2, to: 3, radius: [8, 8], side: 64, gap: 2, train: 8, test: 4 },
      architecture: tiny({ width: 4 }) });`);
    expect(recipe.prepare).toEqual({ rule: 'resize', filter: 'bilinear', crop: 'stretch' });
    expect([pictures.shape, pictures.labels, pictures.train.n]).toEqual([[64, 64, 1], ['2', '3'], 8]);
  });

  it('needs a name, data and a network: the rest has defaults, by the data', async () => {
    const { recipe, pictures } = await resolveText(
      "export default defineRecipe({ name: 'bars', dataset: bars, architecture: tiny({ width: 4 }), epochs: 2 });",
    );
    expect(recipe).toMatchObject({
      name: 'bars',
      dataset: 'bars',
      architecture: { name: 'tiny', width: 4 },
      augment: {},
      optimizer: { name: 'adamw', weightDecay: 0.01 },
      schedule: { name: 'one-cycle', learningRate: 0.003 },
      prepare: { rule: 'resize' },
      ...{ epochs: 2, batchSize: 64, labelSmoothing: 0, seed: 1 },
    });
    // By the definition, over all pixels.
    const { images } = pictures.train;
    if (!(images instanceof Uint8Array)) throw new Error('64 pictures are in memory');
    const values = Array.from(images, (byte) => byte / 255);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(recipe.standardize.mean[0]).toBeCloseTo(mean, 4);
    expect(recipe.standardize.deviation[0]).toBeCloseTo(Math.sqrt(variance), 4);
  });

  it('keeps what it says itself, of ours and of its own', async () => {
    const { recipe } = await resolveText(`
      const signs = defineOptimizer({ name: 'signs', options: { share: 1 }, build: ({ share }) => ({ slots: () => [],
        update: (weight, gradient, _, { learningRate }) => ({ weight: tf.sub(weight, tf.mul(tf.sign(gradient), tf.mul(learningRate, share))), slots: {} }) }) });
      const halving = defineSchedule({ name: 'halving', options: { every: 0.25 }, at: ({ learningRate, every }, done) => ({ learningRate: learningRate / 2 ** Math.floor(done / every), momentum: 0 }) });
      const speckle = defineTransform({ name: 'speckle', options: { share: 0.05 }, apply: (image) => image });
      export default defineRecipe({ name: 'bars', dataset: bars, architecture: tiny(), optimizer: signs({ weightDecay: 0.1 }),
        schedule: halving({ learningRate: 0.5 }), augment: [{ translate: 1 }, speckle({ share: 0.5 })],
        standardize: { mean: [0], deviation: [1] }, batchSize: 8, seed: 7 });`);
    expect(recipe).toMatchObject({
      architecture: { name: 'tiny', width: 8 },
      optimizer: { name: 'signs', share: 1, weightDecay: 0.1 },
      schedule: { name: 'halving', learningRate: 0.5, every: 0.25 },
      augment: { translate: 1, speckle: { share: 0.5 } },
      standardize: { mean: [0], deviation: [1] },
      ...{ batchSize: 8, seed: 7, epochs: 10 },
    });
  });

  it('has the digest of its code and of what it imports, not of comments', async () => {
    const text = "export default defineRecipe({ name: 'bars', dataset: bars, architecture: tiny() });";
    const digest = async (files: Record<string, string>) =>
      (await loadProject(join(projectWith(files), 'r.ts'))).module.sha256;
    const plain = { 'r.ts': recipeFile(text), 'draw.ts': draw };
    const before = await digest(plain);
    expect(await digest({ ...plain, 'r.ts': recipeFile(`\n// A word.\n  ${text}`) })).toBe(before);
    expect(await digest({ ...plain, 'draw.ts': draw.replace('220', '221') })).not.toBe(before);
    expect(
      await digest({ ...plain, 'r.ts': recipeFile(text.replace('tiny()', 'tiny({ width: 9 })')) }),
    ).not.toBe(before);
  });

  it('may have fields that are undefined, as if they were left out', async () => {
    const fields =
      'epochs optimizer schedule freeze augment seed batchSize standardize description labelSmoothing';
    const given = fields.split(' ').map((field) => `${field}: undefined`);
    const text = (more: readonly string[]) =>
      `export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny(), ${more.join(', ')} });`;
    const [all, none] = [await resolveText(text(given)), await resolveText(text([]))];
    expect({ ...all.recipe, module: undefined }).toEqual({ ...none.recipe, module: undefined });
  });

  it('may be JavaScript, know where it is, wait, and import packages of Node', async () => {
    const folder = projectWith({
      'data.json': '{"n":3}',
      'x/own.mjs': `
        import { readFileSync } from 'node:fs';
        import { defineRecipe } from 'trainyard/train';
        const { n } = JSON.parse(readFileSync(new URL('../data.json', import.meta.url), 'utf8'));
        await Promise.resolve();
        export default defineRecipe({ name: 'three', dataset: 'mnist', architecture: { name: 'small-cnn', filters: [n, n, n] } });`,
    });
    const { recipes } = await loadProject(join(folder, 'x', 'own.mjs'));
    expect(recipes[0]).toMatchObject({ name: 'three', architecture: { filters: [3, 3, 3] } });
  });

  it('may have a folder of pictures, from its own place on', async () => {
    const project = await load(
      "import { defineRecipe } from 'trainyard/train';\nexport default defineRecipe({ name: 'p', dataset: './photos', architecture: { name: 'resnet' } });",
    );
    await expect(resolveOwn(onlyRecipe(project), project)).rejects.toThrow(
      `There is nothing at ${project.module.path.replace('own.recipe.ts', 'photos')}`,
    );
  });
});

describe('what is wrong is said with the file', () => {
  it.each([
    [
      'throws',
      "throw new TypeError('no pictures here');",
      /own\.recipe\.ts could not be loaded: TypeError: no pictures here \(.*own\.recipe\.ts:\d+:\d+\)/,
    ],
    [
      'has a syntax error',
      'export default {,',
      /own\.recipe\.ts could not be read: .*own\.recipe\.ts:\d+:17: Expected identifier but found ","/,
    ],
    [
      'imports what is not there',
      "import x from 'no-such-package'; x();",
      /imports "no-such-package", which is not there/,
    ],
    [
      'imports a file that is not there',
      "import x from './nowhere.ts'; x();",
      /Could not resolve "\.\/nowhere\.ts"/,
    ],
    [
      'exports nothing',
      'const a = 1;',
      /own\.recipe\.ts has no default export\. Expected `export default defineRecipe/,
    ],
    [
      'exports something else',
      'export default { name: "bars" };',
      /exports an object that is neither a recipe nor a config/,
    ],
    [
      'names data that are not there',
      "export default defineRecipe({ name: 'b', dataset: 'barz', architecture: tiny() });",
      /The recipe b names the data set "barz", which is not there: expected one of mnist, cifar10/,
    ],
    [
      'has no data',
      "export default defineRecipe({ name: 'b', architecture: tiny() });",
      /The recipe b has a dataset that defineDataset did not make/,
    ],
    [
      'calls no maker',
      "export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny });",
      /call it, as in architecture: tiny\(\)/,
    ],
    [
      'mixes kinds up',
      "export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny(), optimizer: tiny() });",
      /has an architecture for its optimizer/,
    ],
    [
      'has a wrong option',
      "export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny({ width: '9' }) });",
      /The architecture tiny cannot be made like that:\n {2}width: expected a number; received "9"/,
    ],
    [
      'has an option that there is not',
      "export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny({ widht: 9 }) });",
      /there is no field widht \(width\?\)/,
    ],
    [
      'has a name of ours',
      "export default defineRecipe({ name: 'digits', dataset: bars, architecture: tiny() });",
      /Trainyard itself has a recipe called digits/,
    ],
    [
      'has no name',
      'export default defineRecipe({ dataset: bars, architecture: tiny() });',
      /The name of a recipe is undefined: expected lower-case letters/,
    ],
    ['has no recipes', 'export default defineConfig({});', /defineConfig expects \{ recipes: \[\.\.\.\] \}/],
    [
      'has two of a name',
      "const r = (seed) => defineRecipe({ name: 'b', seed, dataset: bars, architecture: tiny() });\nexport default defineConfig({ recipes: [r(1), r(2)] });",
      /has two recipes called b/,
    ],
    [
      'defines two of a name',
      "const other = defineArchitecture({ name: 'tiny', build: (_, classes) => (net, x) => nn.dense(net, 'l', nn.flatten(x), { units: classes }) });\nexport default defineConfig({ recipes: [defineRecipe({ name: 'a', dataset: bars, architecture: tiny() }), defineRecipe({ name: 'b', dataset: bars, architecture: other() })] });",
      /defines tiny twice/,
    ],
  ])('%s', async (_, text, words) => {
    await expect(load(recipeFile(text))).rejects.toThrow(words);
    await expect(load(recipeFile(text))).rejects.toMatchObject({ name: 'UserError' });
  });

  it('in its own file, however it is thrown', async () => {
    const folder = projectWith({ 'own.recipe.ts': "\nthrow new Error('plain');" });
    const path = join(folder, 'own.recipe.ts');
    await expect(loadProject(path)).rejects.toThrow(`${path} could not be loaded: plain (${path}:2:7)`);
    // Found by ours, made by the line that calls it.
    await expect(load(recipeFile('export default defineRecipe(null);'))).rejects.toThrow(
      /could not be loaded: TypeError: .*own\.recipe\.ts:\d+:16\)$/,
    );
  });

  it.each([
    ['an object that is no text', 'throw Object.create(null);', /: a value that no text can be made of$/],
    ['a stack that is none', "const e = new Error('x'); e.stack = 5; throw e;", /: x$/],
    [
      'a place elsewhere',
      "const e = new Error('x'); e.stack = 'x\\n at file://host/a.ts:1:2'; throw e;",
      /: x$/,
    ],
    [
      'an encoded slash',
      "const e = new Error('x'); e.stack = 'x\\n at file:///a%2Fb.ts:1:2'; throw e;",
      /: x$/,
    ],
  ])('of what is thrown with %s', async (_, text, words) => {
    await expect(load(text)).rejects.toThrow(words);
    await expect(load(text)).rejects.toMatchObject({ name: 'UserError' });
  });

  it.each([
    ['a bigint', 'epochs: 3n', /recipe b: It has a value that JSON cannot have: .*BigInt/],
    ['itself', 'prepare: self', /recipe b: It has a value that JSON cannot have: .*circular/],
  ])('has %s', async (_, field, words) => {
    const text = `const self = {}; self.self = self;
      export default defineRecipe({ name: 'b', dataset: bars, architecture: tiny(), ${field} });`;
    await expect(resolveText(text)).rejects.toThrow(words);
    await expect(resolveText(text)).rejects.toMatchObject({ name: 'UserError' });
  });

  it('is a folder, or a pipe, which would be read for ever', async () => {
    const folder = projectWith({ 'x.ts/y': '' });
    execFileSync('mkfifo', [join(folder, 'pipe.ts')]);
    for (const name of ['x.ts', 'pipe.ts'])
      await expect(loadProject(join(folder, name))).rejects.toThrow(`${name} is no file: expected a module`);
  });

  it('names the field of a recipe, and of a network of ours', async () => {
    await expect(
      resolveText(
        "export default defineRecipe({ name: 'b', dataset: bars, architecture: { name: 'resnett' }, epochs: 0 });",
      ),
    ).rejects.toThrow(
      /own\.recipe\.ts, recipe b: The recipe is not valid:\n {2}architecture\.name: expected one of .*, vgg \(resnet\?\).*\n {2}epochs: expected at least 1; received 0/,
    );
  });

  it('names the nearest of all recipes', async () => {
    const project = await load(
      recipeFile("export default defineRecipe({ name: 'bars', dataset: bars, architecture: tiny() });"),
    );
    expect(() => recipeNamed(project, 'brs')).toThrow(
      /There is no recipe "brs", neither in .*own\.recipe\.ts nor of Trainyard\. Did you mean .*bars/,
    );
  });
});
