// Recipes of a user's own, trained from code: by their file, by their name in a config, or as a value.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import {
  DataError,
  defineArchitecture,
  defineDataset,
  defineRecipe,
  exportRun,
  nn,
  type TrainedRun,
  train,
  UserError,
} from '../../../public/train.ts';
import { trainyard } from '../../command.ts';
import { useCache } from '../../own-cache.ts';
import { noise } from '../datasets/folder/pictures.ts';
import { draw, projectWith, recipeFile } from '../project/support.ts';

const recipe = `defineRecipe({ name: 'lines', dataset: bars, architecture: tiny({ width: 4 }), epochs: 2, batchSize: 16 })`;
const project = projectWith({
  'draw.ts': draw,
  'lines.recipe.ts': recipeFile(`export default ${recipe};`),
  'trainyard.config.ts': recipeFile(`export default defineConfig({ recipes: [${recipe}] });`),
});
useCache(join(project, 'cache'));
const options = (name: string) => ({ runs: join(project, name), precision: 'float32' }) as const;
const weights = ({ folder }: Pick<TrainedRun, 'folder'>) =>
  readFileSync(join(folder, 'last.safetensors')).toString('base64');

beforeAll(async () => {
  for (let i = 0; i < 12; i++) {
    const own = join(project, 'photos', 'ab'[i % 2] ?? '');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, `${i}.png`), await noise(i).png().toBuffer());
  }
});

it('a recipe file is trained, ended, resumed and exported, with the weights of the command', async () => {
  const file = pathToFileURL(join(project, 'lines.recipe.ts'));
  const training = train(file, options('by-file'));
  for await (const _ of training) break;
  const ended = await training;
  expect(ended).toMatchObject({ name: '0001-lines', finished: false });
  const run = await train({ resume: ended });
  const words = ['--precision', 'float32', '--no-live', '--runs', join(project, 'by-command')];
  expect((await trainyard('train', join(project, 'lines.recipe.ts'), ...words)).status).toBe(0);
  expect(weights(run)).toBe(weights({ folder: join(project, 'by-command/0001-lines') }));
  const { card } = await exportRun(run, { file: join(project, 'lines.onnx') });
  expect(card).toMatchObject({ labels: ['lying', 'standing'], architecture: { name: 'tiny' } });
}, 120_000);

it('a name is looked for in the config of the working folder', async () => {
  const before = process.cwd();
  process.chdir(project);
  try {
    const run = await train('lines', { ...options('by-name'), epochs: 1 });
    expect(run).toMatchObject({ name: '0001-lines', finished: true, recipe: { epochs: 1 } });
    await expect(train('line', options('by-name'))).rejects.toThrow(/no recipe "line".*Did you mean lines\?/);
  } finally {
    process.chdir(before);
  }
});

it('a recipe as a value, of what is built in: its run goes on and is exported like any other', async () => {
  const mine = defineRecipe({
    name: 'mine',
    dataset: join(project, 'photos'),
    folder: { size: 16, valid: 0.25 },
    architecture: { name: 'fully-connected', units: [8], initializer: 'normal' },
    epochs: 2,
  });
  const training = train(mine, { ...options('by-value'), learningRate: 0.001 });
  for await (const _ of training) break;
  const ended = await training;
  expect(ended.recipe).toMatchObject({ name: 'mine', schedule: { learningRate: 0.001 } });
  expect(ended.recipe).not.toHaveProperty('module');
  expect(await train(mine, { ...options('by-value'), learningRate: 0.001 })).toMatchObject({
    ...{ name: ended.name, finished: true },
  });
  const { path } = await exportRun(ended, { file: join(project, 'mine.onnx') });
  expect(existsSync(path)).toBe(true);
});

it('data of several labels and of numbers are trained and exported by their task, which the recipe need not say', async () => {
  const of = (name: string, about: string, targets: string) =>
    `const ${name} = defineDataset({ name: '${name}', load: () => ({ ${about}, shape: [SIDE, SIDE, 1], train: 64, valid: 20, test: 10,
      picture: (split, index) => { const { image, label } = bar(split === 'train' ? 1000 + index : index); return { image, targets: ${targets} }; } }) });
    const of${name} = defineRecipe({ name: 'of-${name}', dataset: ${name}, architecture: tiny({ width: 4 }), epochs: 12, batchSize: 16,
      schedule: { name: 'one-cycle', learningRate: 0.02 } });`;
  const own = projectWith({
    'draw.ts': draw,
    'trainyard.config.ts': recipeFile(`
      ${of('ways', "task: 'multi', labels: ['lying', 'standing', 'any']", "label === 0 ? ['lying', 'any'] : ['any', 'standing']")}
      ${of('slopes', "task: 'regression', labels: ['slope']", '90 * label')}
      export default defineConfig({ recipes: [ofways, ofslopes] });`),
  });
  const before = process.cwd();
  process.chdir(own);
  try {
    const ways = await train('of-ways', options('tasks'));
    expect(ways.recipe).toMatchObject({ task: 'multi', description: '3 labels of ways, by tiny' });
    expect(ways.best?.multi?.exact).toBe(1);
    const slopes = await train('of-slopes', options('tasks'));
    expect(slopes.recipe).toMatchObject({ task: 'regression', description: '1 number of slopes, by tiny' });
    expect(slopes.best?.regression?.meanAbsoluteError[0]).toBeLessThan(15);
    const { card } = await exportRun(ways, { file: join(own, 'ways.onnx') });
    expect(card).toMatchObject({ task: 'multi', labels: ['lying', 'standing', 'any'] });
  } finally {
    process.chdir(before);
  }
}, 120_000);

it('says what cannot be: parts of its own without a file, options of a folder, pictures that are not there', async () => {
  const dataset = defineDataset({ name: 'none', load: () => Promise.reject(new Error('not asked')) });
  const tiny = defineArchitecture({
    name: 'flat',
    build: (_, classes) => (net, x) => nn.dense(net, 'logits', nn.flatten(x), { units: classes }),
  });
  const about = { name: 'mine', dataset: join(project, 'photos'), architecture: { name: 'resnet' } } as const;
  const failures: [Promise<unknown>, string][] = [
    [
      train(defineRecipe({ ...about, dataset })),
      'The recipe mine has a data set of your own, whose code a run keeps',
    ],
    [train(defineRecipe({ ...about, architecture: tiny() })), 'has an architecture of your own'],
    [train(defineRecipe(about), { size: 32 }), 'size has no meaning here: the recipe mine says itself'],
    [train(defineRecipe(about), { options: { init: 'small' } }), 'init has no meaning here'],
  ];
  for (const [failure, message] of failures) {
    const error = await failure.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(message);
  }
  const nowhere = train(defineRecipe({ ...about, dataset: './nowhere-at-all' }));
  await expect(nowhere).rejects.toBeInstanceOf(DataError);
});
