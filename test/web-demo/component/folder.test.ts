// A picture of a folder gets the same answer in the training that evaluated it, in the server and in the browser.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium as launcher } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { openEngine } from '../../../serve/engine/index.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { pageFolder } from '../../../setup/paths.mjs';
import { prepareSteps } from '../../../setup/prepare.mjs';
import { pageStep } from '../../../setup/steps/page.mjs';
import { imagesOf, loadDataset } from '../../../train/datasets/index.ts';
import { fit } from '../../../train/loop/fit.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { openNetwork } from '../../../train/report/network.ts';
import { createRun } from '../../../train/runs/run.ts';
import { chromium } from '../../browser.ts';
import { useCache } from '../../own-cache.ts';
import { choose } from '../../train/choose.ts';
import { plainHost } from '../plain-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-same-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EACH = 80;
const LABELS = ['cat', 'ship'];

/** As cameras, programs and web sites write them. */
const KINDS = [
  { quality: 90 },
  { quality: 60, progressive: true },
  { quality: 95, chromaSubsampling: '4:4:4' },
  { quality: 75, optimizeCoding: true, quantizationTable: 3 },
];

/** What each of the three says of a picture. */
interface Prediction {
  /** `[H,W,C]`: the input that it makes of the file. */
  readonly input: readonly number[];
  readonly probabilities: readonly number[];
}

/** How far two answers are apart, by kind of file. */
const apart: Record<string, { probability: number; byte: number }[]> = {};

beforeAll(async () => {
  const photos = join(folder, 'photos');
  const { test, labels } = await loadDataset('cifar10');
  // Before the cache is another: the page depends on the data sets that are there, and other tests are visiting it.
  await prepareSteps([pageStep], false);
  useCache(join(folder, 'cache'));
  for (const label of LABELS) {
    mkdirSync(join(photos, label), { recursive: true });
    const places = [...test.labels.keys()].filter((i) => labels[test.labels[i] ?? 0] === label);
    for (const [k, i] of places.slice(0, EACH).entries()) {
      const raw = { width: 32, height: 32, channels: 3 } as const;
      // As photographs are: larger than the input, wider than high, and sides that no block of a JPEG divides.
      const picture = sharp(Buffer.from(imagesOf(test, i, i + 1)), { raw }).resize(163, 121, { fit: 'fill' });
      const file = join(photos, label, `${i}`);
      if (k % 2 === 0) await picture.png().toFile(`${file}.png`);
      else await picture.jpeg(KINDS[Math.floor(k / 2) % KINDS.length]).toFile(`${file}.jpg`);
    }
  }
  const args = { recipe: photos, architecture: 'small-cnn', size: '48', epochs: '2', precision: 'float32' };
  const { recipe } = await choose({ ...args, runs: folder });
  const dataset = await loadDataOf(recipe);
  const run = createRun(join(folder, 'runs'), recipe, {});
  await fit({ recipe, dataset, run });
  const repository = join(folder, 'models');
  const { path } = await exportModel(await loadRun(run, 'best'), { repository });

  const network = openNetwork(run, recipe, dataset);
  const files = dataset.validation.files ?? [];
  const trained = files.map((_, i): Prediction => {
    const input = imagesOf(dataset.validation, i, i + 1);
    const powers = Array.from(network.logits(input), Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    return { input: [...input], probabilities: powers.map((power) => power / sum) };
  });
  network.dispose();

  const engine = openEngine({ repository, threads: 1, watch: 0, limits: defaultLimits, log: () => {} });
  await engine.load();
  const [served] = engine.models();
  if (served === undefined) throw new Error('the server has no model');
  const serverSays: number[][] = [];
  for (const file of files) {
    const bytes = readFileSync(join(photos, file));
    serverSays.push([...(await engine.classify(served, { kind: 'encoded', bytes })).output]);
  }
  await engine.close();

  cpSync(path, join(folder, 'model.onnx'));
  writeFileSync(join(folder, 'empty.html'), '<!doctype html><title>empty</title>');
  const host = await plainHost([folder, pageFolder]);
  const browser = await launcher.launch(await chromium());
  const page = await browser.newPage();
  await page.goto(`${host.url}empty.html`);
  const browserSays: Prediction[] = await page.evaluate(`(async () => {
    const { loadModel } = await import('./browser/trainyard.js');
    const model = await loadModel('./model.onnx');
    const answers = [];
    for (const file of ${JSON.stringify(files)}) {
      const { input, probabilities } = await model.classify(await (await fetch('./photos/' + file)).blob());
      answers.push({ input: [...input], probabilities: [...probabilities] });
    }
    return answers;
  })()`);
  await browser.close();
  await host.close();

  for (const [i, file] of files.entries()) {
    const [here, there, served] = [trained[i], browserSays[i], serverSays[i]];
    if (here === undefined || there === undefined || served === undefined)
      throw new Error(`no answer to ${file}`);
    const bytes = here.input.map((value, k) => Math.abs(value - (there.input[k] ?? Number.NaN)));
    const probability = Math.max(
      ...here.probabilities.flatMap((value, k) =>
        [there.probabilities[k], served[k]].map((other) => Math.abs(value - (other ?? Number.NaN))),
      ),
    );
    const kind = extname(file);
    apart[kind] = [...(apart[kind] ?? []), { probability, byte: Math.max(...bytes) }];
  }
}, 120_000);

describe.each([
  ['PNG, of which everybody sees the same pixels', '.png'],
  // Chromium, the server and training decode with libjpeg-turbo.
  ['JPEG, where Chromium decodes as libvips does', '.jpg'],
])('of %s,', (_, kind) => {
  it('training, server and browser differ by rounding alone', () => {
    const all = apart[kind] ?? [];
    expect(all.length).toBeGreaterThan(10);
    expect(Math.max(...all.map(({ byte }) => byte))).toBe(0);
    // Measured: 1.1e-6.
    expect(Math.max(...all.map(({ probability }) => probability))).toBeLessThan(4e-6);
  });
});
