// Teaching, in Chromium: from opening the page to a classifier of three things by camera, and how long a large head takes.
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { OPSETS } from '../../../export/graph/opsets.ts';
import { exportFeatures } from '../../../export/publish/features.ts';
import { repositoryFolder, root } from '../../../setup/paths.mjs';
import { openStage, type Stage, visit } from '../../web-demo/browser.ts';
import { median, table } from '../support/statistics.ts';

/** Chromium's own camera, a moving pattern, and nobody who has to be asked about it. */
const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** What a photographer would teach upon. */
const PRETRAINED = 'efficientnet-lite0';

/** A table of medians of `n` times each. */
export async function taught(n: number): Promise<string> {
  await exportFeatures(PRETRAINED, repositoryFolder, OPSETS.usual); // a repository of the bench's own
  const stage = await openStage({ args: fakeCamera });
  try {
    const rows: string[][] = [];
    for (const base of ['digits', 'cifar', PRETRAINED]) {
      const all: ByCamera[] = [];
      for (let i = 0; i < n; i++) all.push(await teachByCamera(stage, base));
      const middle = (of: (one: ByCamera) => number) => median(all.map(of));
      rows.push([
        `three classes by camera, on ${base}`,
        seconds(middle(({ whole }) => whole)),
        seconds(middle(({ training }) => training)),
        String(middle(({ examples }) => examples)),
        String(n),
      ]);
    }
    const times: number[] = [];
    for (let i = 0; i < n; i++) times.push(await trainLargeHead(stage));
    const { classes, each, width } = SIZES;
    rows.push([`a head on ${width} features`, '', seconds(median(times)), String(classes * each), String(n)]);
    return table(['taught', 'from opening to an answer', 'training', 'examples', 'n'], rows);
  } finally {
    await stage.close();
  }
}

/** Milliseconds for which the button of each class is held: some 24 pictures. */
const HELD = 3000;

interface ByCamera {
  /** Milliseconds from the start of the navigation until the classifier answers. */
  readonly whole: number;
  /** Of them, those of training, as the page says. */
  readonly training: number;
  readonly examples: number;
}

/** Teaches three classes on the features of `base`, as somebody does who loses no time. */
async function teachByCamera(stage: Stage, base: string): Promise<ByCamera> {
  const start = performance.now();
  const { page } = await visit(stage, {}, undefined, '/teach.html');
  await page.getByText('is ready.').waitFor();
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Add a class' }).click();
  await choose(page, base);
  for (const name of ['Class 1', 'Class 2', 'Class 3']) {
    await page.getByRole('button', { name: `Hold to record: ${name}` }).hover();
    await page.mouse.down();
    await page.waitForTimeout(HELD);
    await page.mouse.up();
  }
  await page.getByRole('button', { name: 'Train' }).click();
  await page.locator('body[data-trained="1"]').waitFor({ state: 'attached' });
  await page
    .getByTestId('answer')
    .getByText(/^Class [123]$/)
    .waitFor();
  const whole = performance.now() - start;
  const said = await page.getByTestId('summary').innerText();
  const [, examples, training] = /^Trained on (\d+) examples in ([\d.]+) s/.exec(said) ?? [];
  await page.context().close();
  return { whole, training: 1000 * Number(training), examples: Number(examples) };
}

/** Chooses a model whose features are used, which is larger than what is loaded without a question. */
async function choose(page: Page, base: string): Promise<void> {
  const options = page.locator('#base option');
  const name = (await options.filter({ hasText: base }).first().textContent()) ?? '';
  const chosen = await page.locator('#base option:checked').textContent();
  if (name === chosen) return;
  await page.getByRole('combobox', { name: 'Built upon' }).selectOption({ label: name });
  await page.getByRole('button', { name: /^Load / }).click();
  await page.getByText(`${base} is ready.`).waitFor();
}

/** Examples as a network gives them: features that are zero or more, around a place of its own for each class. */
const SIZES = { classes: 3, each: 500, width: 1280, apart: 0.1 } as const;

/** Milliseconds that Chromium takes to judge and to train a head on 3 x 500 examples of 1,280 features. */
async function trainLargeHead(stage: Stage): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'web-demo/teach/head/teach.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'head',
  });
  const { page } = await visit(stage, {}, undefined, '/teach.html');
  const script = outputFiles[0]?.text ?? '';
  const milliseconds = await page.evaluate<number>(`(() => {
    ${script}
    const { classes, each, width, apart } = ${JSON.stringify(SIZES)};
    let state = 1;
    const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const normal = () => Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw());
    const places = Array.from({ length: classes * width }, () => apart * normal());
    const labels = Array.from({ length: classes * each }, (_, i) => i % classes);
    const features = Float32Array.from({ length: labels.length * width }, (_, i) =>
      Math.max(0, places[labels[Math.floor(i / width)] * width + (i % width)] + normal()));
    const origins = labels.map((label) => ({ label }));
    const start = performance.now();
    head.teach({ features, labels, classes, origins, seed: 1 });
    return performance.now() - start;
  })()`);
  await page.context().close();
  return milliseconds;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
