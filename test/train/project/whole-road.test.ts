// A network, data and a recipe of a user's own go the whole road: trained, killed, resumed to the same bytes, reported,
// exported, verified, served and shown on the page; by the command, in a project outside of the checkout.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCard } from '../../../models/card.ts';
import { commandFile } from '../../../setup/paths.mjs';
import { listening } from '../../listening.ts';
import { draw, projectWith, recipeFile } from './support.ts';

const folder = projectWith({
  'draw.ts': draw,
  'trainyard.config.ts': recipeFile(`
    const speckle = defineTransform({ name: 'speckle', options: { share: 0.1 },
      apply: (image, { options, random }) => image.map((byte) => (random() < options.share ? 255 : byte)) });
    export default defineConfig({ recipes: [
      defineRecipe({ name: 'bars', dataset: bars, architecture: tiny({ width: 6 }), augment: speckle({ share: 0.02 }),
        schedule: { name: 'one-cycle', learningRate: 0.02 }, batchSize: 8, epochs: 20, precision: 'float32' }),
    ] });`),
});
const work = mkdtempSync(join(tmpdir(), 'trainyard-road-'));
afterAll(() => rmSync(work, { recursive: true }));

const env = {
  ...process.env,
  TRAINYARD_RUNS: join(work, 'runs'),
  TRAINYARD_REPOSITORY: join(work, 'models'),
};

function start(
  words: readonly string[],
  runs = env.TRAINYARD_RUNS,
): { child: ChildProcess; text: () => string } {
  const child = spawn(process.execPath, [commandFile, ...words], {
    cwd: folder,
    env: { ...env, TRAINYARD_RUNS: runs },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      text += data;
    });
  return { child, text: () => text };
}

/** A bar by sharp alone: white, lying (even) or standing (odd), in the place of `index`. */
function png(index: number): Promise<Buffer> {
  const at = 1 + ((index * 5) % 10);
  const isLying = index % 2 === 0;
  const [width, height] = isLying ? [10, 1] : [1, 10];
  const gray = (value: number) => ({ r: value, g: value, b: value });
  const bar = { create: { width, height, channels: 3 as const, background: gray(220) } };
  const place = isLying ? { left: 1, top: at } : { left: at, top: 1 };
  return sharp({ create: { width: 12, height: 12, channels: 3, background: gray(20) } })
    .composite([{ input: bar, ...place }])
    .png()
    .toBuffer();
}

/** Runs a command in the project. @returns what it printed. */
async function trainyard(words: string, runs?: string): Promise<string> {
  const { child, text } = start(words.split(' '), runs);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`trainyard ${words} ended with ${status}: ${text()}`);
  return text();
}

const TRAIN = 'train bars --no-live --precision float32';
const inRun = (file: string, runs = env.TRAINYARD_RUNS) => readFileSync(join(runs, '0001-bars', file));

beforeAll(async () => {
  // Killed as soon as an epoch is saved, so that there is something to go on with.
  const { child, text } = start(TRAIN.split(' '));
  const ended = once(child, 'close');
  while (!existsSync(join(env.TRAINYARD_RUNS, '0001-bars', 'last.safetensors'))) {
    if (child.exitCode !== null) throw new Error(`it ended before it could be killed: ${text()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill('SIGKILL');
  await ended;
}, 120_000);

describe.sequential('what is a user’s own', () => {
  it('goes on where it was killed, to the same bytes as in one go', async () => {
    expect(inRun('metrics.csv').toString().split('\n').length).toBeLessThan(22);
    expect(await trainyard(TRAIN)).toContain('Going on with 0001-bars, which was interrupted');
    await trainyard(TRAIN, join(work, 'whole'));
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.csv', 'recipe.json', 'code.mjs'])
      expect(inRun(file).equals(inRun(file, join(work, 'whole'))), file).toBe(true);
    expect(inRun('metrics.csv').toString()).toMatch(/^20,160,[\d.e-]+,[\d.e-]+,0$/m);
  }, 180_000);

  it('is reported, compared, looked at and searched for a learning rate', async () => {
    await trainyard('report 0001-bars');
    expect(inRun('report.html').toString()).toContain('speckle');
    expect(await trainyard('histograms 0001-bars')).toContain('histograms.html');
    expect(await trainyard('surface 0001-bars')).toContain('surface.html');
    expect(await trainyard(`compare 0001-bars ${join(work, 'whole', '0001-bars')}`)).toMatch(
      /bars: 0\.00\s% \(n = 1\)/,
    );
    expect(await trainyard('lr-find bars --steps 12')).toContain('Next:');
    expect(await trainyard('show bars')).toContain(
      'bars: 64 training and 20 validation images of 12 x 12 x 1.',
    );
    expect(await trainyard('train')).toMatch(/^Recipes of trainyard\.config\.ts:\n {2}bars\n/);
  }, 180_000);

  it('is exported and verified, with name, options and digest in its card', async () => {
    expect(await trainyard('export 0001-bars')).toMatch(
      /20 validation pictures, .*, 0 changed labels, accuracy 100\.00\s%/,
    );
    expect(await trainyard('verify bars --against 0001-bars --test')).toContain('checks hold');
    const card = readCard(readFileSync(join(work, 'models', 'bars', '1', 'model.onnx')));
    const { module } = JSON.parse(inRun('recipe.json').toString());
    expect(module.path).toBe(join(folder, 'trainyard.config.ts'));
    expect(card).toMatchObject({
      labels: ['lying', 'standing'],
      architecture: { name: 'tiny' },
      recipe: {
        architecture: { name: 'tiny', width: 6 },
        module: { path: 'trainyard.config.ts', sha256: module.sha256 },
      },
    });
    expect(JSON.stringify(card)).not.toContain(folder);
  }, 180_000);

  it('is served right, and given to the page as it was exported', async () => {
    const { child, text } = start(['serve', '--port', '0', '--threads', '1']);
    try {
      const { url } = await listening(child);
      for (let index = 0; index < 10; index++) {
        const body = new Uint8Array(await png(index));
        const response = await fetch(`${url}/classify?model=bars`, { method: 'POST', body });
        expect((await response.json()).label).toBe(['lying', 'standing'][index % 2]);
      }
      const file = await fetch(`${url}/models/bars/versions/1/model.onnx`);
      expect(Buffer.from(await file.arrayBuffer())).toEqual(
        readFileSync(join(work, 'models', 'bars', '1', 'model.onnx')),
      );
    } finally {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    }
    expect(text()).toContain('bars');
  }, 60_000);

  it('is what it was when its file has changed, and when it has gone', async () => {
    const path = join(folder, 'trainyard.config.ts');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('tf.selu', 'tf.elu'));
    expect(await trainyard('export 0001-bars')).toMatch(
      /trainyard\.config\.ts has changed \(it is [0-9a-f]{12}\.\.\. now\) since this was trained \(code [0-9a-f]{12}\.\.\.\)\. What follows uses the code as it was then[\s\S]*0 changed labels/,
    );
    rmSync(path);
    expect(await trainyard('report 0001-bars')).toContain(
      'trainyard.config.ts has gone since this was trained',
    );
    expect(readFileSync(join(work, 'models', 'bars', '2', 'model.onnx'))).toEqual(
      readFileSync(join(work, 'models', 'bars', '1', 'model.onnx')),
    );
    writeFileSync(path, text);
  }, 180_000);
});
