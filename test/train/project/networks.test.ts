// Networks of a user's own that cannot be trained or exported: each is named, with its file and what is wrong with it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { fit } from '../../../train/loop/fit.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { onlyRecipe, resolveOwn } from '../../../train/project/own-recipe.ts';
import { loadProject } from '../../../train/project/project.ts';
import { createRun } from '../../../train/runs/run.ts';
import { useCache } from '../../own-cache.ts';
import { draw, projectWith, recipeFile } from './support.ts';

const cache = mkdtempSync(join(tmpdir(), 'trainyard-networks-'));
useCache(cache);
afterAll(() => rmSync(cache, { recursive: true }));

/** A project whose network is `net`, written as the function of `(net, x)`, for `classes` classes. */
async function withNetwork(net: string, more = '') {
  const folder = projectWith({
    'draw.ts': draw,
    'own.recipe.ts': recipeFile(`
      const own = defineArchitecture({ name: 'own', build: (_, classes) => ${net} });
      export default defineRecipe({ name: 'own', dataset: bars, architecture: own(), epochs: 1, batchSize: 8${more} });`),
  });
  const project = await loadProject(join(folder, 'own.recipe.ts'));
  const resolved = await resolveOwn(onlyRecipe(project), project);
  return { ...resolved, ...project };
}

const dense = "nn.dense(net, 'logits', nn.flatten(x), { units: classes })";

describe('a network', () => {
  it.each([
    [
      'of another shape',
      "(net, x) => nn.conv2d(net, 'c', x, { filters: 3, kernel: 3 })",
      /The architecture own gives a tensor of shape \[1,12,12,3\] for a batch of 1: expected logits of shape \[1,2\], one for each of the 2 classes/,
    ],
    [
      'of as many classes as it likes',
      "(net, x) => nn.dense(net, 'logits', nn.flatten(x), { units: 3 })",
      /gives a tensor of shape \[1,3\] for a batch of 1: expected logits of shape \[1,2\]/,
    ],
    ['that gives nothing', `(net, x) => { ${dense}; }`, /gives undefined for a batch of 1/],
    ['that waits', `async (net, x) => ${dense}`, /gives a promise for a batch of 1/],
    [
      'that is none',
      '7',
      /The architecture own builds a value of type number: expected a function \(net, images\) => logits/,
    ],
    [
      'that draws by tf',
      `(net, x) => tf.add(${dense}, tf.randomUniform([x.shape[0], classes]))`,
      /the step calls tf\.randomUniform, whose numbers would be frozen.*nn\.uniform\(net, name, shape\)/,
    ],
    [
      'that draws by tf with a seed',
      `(net, x) => tf.mul(${dense}, tf.randomNormal([1], 0, 1, 'float32', 7))`,
      /the step calls tf\.randomNormal/,
    ],
    [
      'that draws by Math',
      `(net, x) => tf.add(${dense}, Math.random())`,
      /random numbers or reads the clock in JavaScript \(Math\.random, Date\)/,
    ],
    ['that reads values', `(net, x) => tf.mul(${dense}, x.dataSync()[0])`, /reads a computed value back/],
    [
      'with a name twice',
      `(net, x) => tf.add(${dense}, ${dense})`,
      /two layers are called logits\/kernel: give each a name of its own/,
    ],
    [
      'with a mistake',
      '(net, x) => x.nothing.at(0)',
      /TypeError: Cannot read properties of undefined \(reading 'at'\) \(.*own\.recipe\.ts:10:\d+\)/,
    ],
  ])('%s', async (_, net, words) => {
    const { recipe, pictures, registry } = await withNetwork(net);
    const train = () => createTraining(recipe, pictures, undefined, registry);
    expect(train).toThrow(words);
    expect(train).toThrow(/^The network own of .*own\.recipe\.ts cannot be computed: /);
    expect(train).toThrow(expect.objectContaining({ name: 'UserError' }));
  });

  it('may draw from the seed of the step', async () => {
    const { recipe, pictures, registry } = await withNetwork(
      `(net, x) => { const y = ${dense}; return net.training ? tf.add(y, nn.uniform(net, 'noise', y.shape)) : y; }`,
    );
    const training = createTraining(recipe, pictures, undefined, registry);
    const inputs = {
      images: new Uint8Array(8 * 144),
      labels: new Int32Array(8),
      learningRate: 0,
      momentum: 0,
    };
    const loss = (seed: readonly [number, number]) => training.run({ ...inputs, step: 1, seed }).loss;
    expect(loss([1, 2])).toBe(loss([1, 2]));
    expect(loss([1, 2])).not.toBe(loss([3, 4]));
    training.dispose();
  });

  it('that gives no numbers ends its training, and saves nothing of it', async () => {
    const { recipe, pictures } = await withNetwork(`(net, x) => tf.log(tf.sub(${dense}, 1e6))`);
    const run = createRun(join(cache, 'runs'), recipe, {});
    await expect(fit({ recipe, dataset: pictures, run })).rejects.toThrow(
      /loss became NaN at step 0 .*The network gives no numbers for the first pictures already/,
    );
  });

  it('with an op that has no counterpart is trained, and named at export', async () => {
    const { recipe, pictures } = await withNetwork(
      `(net, x) => tf.add(${dense}, tf.mean(tf.unique(tf.reshape(x, [-1])).values))`,
    );
    const run = createRun(join(cache, 'runs'), recipe, {});
    await fit({ recipe, dataset: pictures, run });
    const model = await loadRun(run, 'best');
    await expect(exportModel(model, { repository: join(cache, 'models') })).rejects.toThrow(
      /TensorFlow op UniqueV2 .*cannot be exported to ONNX\. Do it after the model, on its outputs\./,
    );
    expect(existsSync(join(cache, 'models'))).toBe(false);
  });
});
