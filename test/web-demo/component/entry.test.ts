// The browser entry on a page of somebody else's: the example of docs/page.md as it stands, its types, and a host without us.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium as launcher } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageFolder, root } from '../../../setup/paths.mjs';
import { prepareSteps } from '../../../setup/prepare.mjs';
import { pageStep } from '../../../setup/steps/page.mjs';
import { chromium } from '../../browser.ts';
import { shippedModels } from '../../shipped.ts';
import { drawStrokes } from '../hands.ts';
import { type Host, plainHost } from '../plain-host.ts';
import { strokesOf } from '../strokes.ts';

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const folder = mkdtempSync(join(tmpdir(), 'trainyard-entry-'));
const guide = readFileSync(join(root, 'docs/page.md'), 'utf8');

/** The example: the indented block that begins with a doctype. */
const example = (/^ {4}<!doctype html>\n(?: {4}.*\n|\n(?= {4}))+/m.exec(guide)?.[0] ?? '').replace(
  /^ {4}/gm,
  '',
);

let browser: Browser;
let host: Host;
let isolated: Host;
let strict: Host;

beforeAll(async () => {
  await prepareSteps([pageStep], false);
  writeFileSync(join(folder, 'example.html'), example);
  writeFileSync(join(folder, 'empty.html'), '<!doctype html><title>empty</title>');
  cpSync(shippedModels.digits, join(folder, 'model.onnx'));
  const folders = [folder, pageFolder];
  [browser, host, isolated, strict] = await Promise.all([
    chromium().then((options) => launcher.launch(options)),
    plainHost(folders),
    plainHost(folders, isolation),
    plainHost(folders, { 'content-security-policy': "script-src 'self'; worker-src 'self'" }),
  ]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), host?.close(), isolated?.close(), strict?.close()]);
  rmSync(folder, { recursive: true });
});

async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

test('the example answers what is drawn on its canvas', async () => {
  expect(example).toContain('loadModel');
  const { page, complaints } = await open(`${host.url}example.html`);
  await expect.poll(() => page.locator('output').innerText(), { timeout: 20_000 }).toBe('Draw a digit');
  const box = await page.locator('canvas').boundingBox();
  if (!box) throw new Error('the example shows no canvas');
  for (const [x, y] of strokesOf('7').flat()) {
    const [left, top] = [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(left, top);
    if (x === strokesOf('7')[0]?.[0]?.[0]) await page.mouse.down();
  }
  await page.mouse.up();
  await expect.poll(() => page.locator('output').innerText()).toMatch(/^7, \d+ %$/);
  expect(complaints.filter((line) => !line.includes('favicon'))).toEqual([]);
});

describe('on a page of one’s own', () => {
  /** Runs code with the entry as `trainyard`, and a canvas with a one on it. */
  function run<T>(page: Page, code: string): Promise<T> {
    return page.evaluate(`(async () => {
      const trainyard = await import('./browser/trainyard.js');
      const canvas = new OffscreenCanvas(200, 200);
      const context = canvas.getContext('2d');
      context.fillRect(92, 20, 16, 160);
      ${code}
    })()`);
  }

  test('every kind of source gives the same answer: canvas, bitmap, pixels, file, element', async () => {
    const { page } = await open(`${host.url}empty.html`);
    const answers = await run<{ label: string; probabilities: number[] }[]>(
      page,
      `const model = await trainyard.loadModel('model.onnx');
       const blob = await canvas.convertToBlob();
       const element = new Image();
       element.src = URL.createObjectURL(blob);
       await element.decode();
       const sources = [canvas, await createImageBitmap(canvas), context.getImageData(0, 0, 200, 200), blob, element, element.src, new URL(element.src)];
       const answers = await model.classify(sources);
       return answers.map(({ label, probabilities }) => ({ label, probabilities: [...probabilities] }));`,
    );
    expect(answers.map(({ label }) => label)).toEqual(Array(7).fill('1'));
    for (const { probabilities } of answers) expect(probabilities).toEqual(answers[0]?.probabilities);
  });

  test('predictions are sorted, as many as asked for; errors tell a picture from a signal', async () => {
    const { page } = await open(`${host.url}empty.html`);
    const [answer, three, errors] = await run<
      [
        { label: string; probability: number; predictions: object[]; probabilities: number[] },
        object[],
        string[],
      ]
    >(
      page,
      `const model = await trainyard.loadModel('model.onnx');
       const { probabilities, ...answer } = await model.classify(canvas);
       const { predictions } = await model.classify(canvas, { top: 3 });
       const errors = [];
       for (const [source, options] of [
         ['none.png', {}],
         [new Blob(['hello']), {}],
         [{ data: new Uint8Array(5), width: 2, height: 2, channels: 1 }, {}],
         [7, {}],
         [canvas, { top: 0 }],
         [canvas, { signal: AbortSignal.abort(new Error('the user left')) }],
       ])
         errors.push(await model.classify(source, options).then(String, (error) => error.name + ': ' + error.message));
       return [{ ...answer, probabilities: [...probabilities] }, predictions, errors];`,
    );
    const sorted = answer.probabilities
      .map((probability, label) => ({ label: String(label), probability }))
      .sort((a, b) => b.probability - a.probability);
    expect(answer.predictions).toEqual(sorted);
    expect(answer).toMatchObject(sorted[0] ?? {});
    expect(three).toEqual(sorted.slice(0, 3));
    expect(errors).toEqual([
      expect.stringMatching(/^PictureError: http.*none\.png answered 404, expected a picture$/),
      expect.stringMatching(/^PictureError: /),
      expect.stringMatching(/^PictureError: picture: received 5 bytes for 2x2x1/),
      expect.stringMatching(/^TypeError: received 7, expected a picture/),
      'TypeError: top: received 0, expected a whole number from 1',
      'Error: the user left',
    ]);
  });

  test('threads run where the page is isolated; elsewhere the error names the headers', async () => {
    const there = await open(`${isolated.url}empty.html`);
    const load = `const model = await trainyard.loadModel('model.onnx', { threads: 2 });
      const { label } = await model.classify(canvas);
      return [model.backend.threads, label];`;
    expect(await run(there.page, load)).toEqual([2, '1']);
    const { page } = await open(`${host.url}empty.html`);
    await expect(run(page, load)).rejects.toThrow(/Cross-Origin-Embedder-Policy: require-corp/);
  });

  test('errors say why', async () => {
    const { page } = await open(`${host.url}empty.html`);
    const reasons = await run<string[][]>(
      page,
      `const reasons = [];
       for (const [source, options] of [
         ['missing.onnx', {}],
         ['empty.html', {}],
         ['model.onnx', { sha256: '0'.repeat(64) }],
         ['model.onnx', { backend: 'webgpu' }],
       ]) {
         const error = await trainyard.loadModel(source, options).catch((error) => error);
         reasons.push([error.name, error.reason]);
       }
       const model = await trainyard.loadModel('model.onnx');
       const waiting = model.classify(canvas).catch((error) => error);
       model.close();
       reasons.push([(await waiting).name, (await waiting).reason]);
       return reasons;`,
    );
    expect(reasons).toEqual([
      ['ModelError', 'fetch'],
      ['ModelError', 'model'],
      ['ModelError', 'model'],
      ['ModelError', 'runtime'],
      ['ModelError', 'closed'],
    ]);
  });
});

describe('what is wrong is said with its address, and what to do', () => {
  const load = (page: Page, source: string) =>
    page.evaluate<
      string[]
    >(`import('./browser/trainyard.js').then(({ loadModel }) => loadModel(${source})).then(
      () => ['opened'], ({ name, reason, message }) => [name, reason, message])`);

  test.each([
    ['"empty.html"', 'model', /^http.*empty\.html: not a readable ONNX model: it is a page of HTML/],
    ['new Blob(["<!doctype html>"])', 'model', /^the model: not a readable ONNX model: it is a page of HTML/],
    ['"http://127.0.0.1:9/m.onnx"', 'fetch', /^http:\/\/127\.0\.0\.1:9\/m\.onnx cannot be fetched: /],
    [
      'undefined',
      undefined,
      /^received undefined, expected a model file: its address, a Blob, or its bytes$/,
    ],
    ['7', undefined, /^received 7, expected a model file/],
    ['"http://"', undefined, /^received "http:\/\/", expected a model file/],
  ])('the model %s', async (source, reason, message) => {
    const { page } = await open(`${host.url}empty.html`);
    const name = reason === undefined ? 'TypeError' : 'ModelError';
    expect(await load(page, source)).toEqual([name, reason, expect.stringMatching(message)]);
    await page.close();
  });

  test('a picture that is none', async () => {
    const { page } = await open(`${host.url}empty.html`);
    const asked = page.evaluate(
      `import('./browser/trainyard.js').then(({ readPicture }) => readPicture(document.body))`,
    );
    await expect(asked).rejects.toThrow(
      /TypeError: received \[object HTMLBodyElement\], expected a picture: /,
    );
    await page.close();
  });

  test('a web page in the place of the WebAssembly, or nothing', async () => {
    const { page } = await open(`${host.url}empty.html`);
    await page.route('**/*.wasm', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    const isNone =
      /^onnxruntime cannot be fetched from http.*\.wasm: it is no WebAssembly .*assets: '\/browser\/'/;
    expect(await load(page, '"model.onnx"')).toEqual(['ModelError', 'fetch', expect.stringMatching(isNone)]);
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
    const is404 = /\.wasm: the server answered 404\. .*assets: '\/browser\/'/;
    expect(await load(page, '"model.onnx"')).toEqual(['ModelError', 'fetch', expect.stringMatching(is404)]);
    await page.unroute('**/*.wasm');
    expect(await load(page, '"model.onnx"')).toEqual(['opened']);
    await page.close();
  });

  test('a policy that forbids WebAssembly', async () => {
    const { page } = await open(`${strict.url}empty.html`);
    expect(await load(page, '"model.onnx"')).toEqual([
      'ModelError',
      'runtime',
      expect.stringContaining("add 'wasm-unsafe-eval' to its script-src"),
    ]);
    await page.close();
  });
});

test('a file that is known by its digest is fetched once', async () => {
  const { page } = await open(`${isolated.url}empty.html`);
  let fetched = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('model.onnx')) fetched++;
  });
  const code = `(async () => {
    const { loadModel } = await import('./browser/trainyard.js');
    const first = await loadModel('model.onnx');
    const { sha256 } = await loadModel('model.onnx', { sha256: first.sha256 });
    // It is written while the model is in use already.
    const cache = await caches.open('trainyard-models');
    while ((await cache.keys()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const again = await loadModel('model.onnx', { sha256 });
    return [first.sha256, again.sha256, again.size, first.size];
  })()`;
  const [digest, again, ...sizes] = await page.evaluate<string[]>(code);
  expect(again).toBe(digest);
  expect(sizes[0]).toBe(sizes[1]);
  expect(fetched).toBe(2); // once without a digest, once with it
});

test('the page itself needs no server of ours: a model file beside it is enough', async () => {
  const { page, complaints } = await open(host.url);
  await page.getByTestId('backend').filter({ hasText: 'model.onnx on WebAssembly, 1 thread' }).waitFor();
  await drawStrokes(page, strokesOf('7'));
  await expect.poll(() => page.getByTestId('answer').innerText()).toBe('7');
  await expect.poll(() => page.getByTestId('difference').innerText()).toBe('This file is not on the server');
  expect(await page.getByLabel(/WebAssembly, \d threads/).isDisabled()).toBe(true);
  expect(complaints.filter((line) => !line.includes('404'))).toEqual([]);
});

test('the types serve a strict project that has nothing but the package', () => {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules', 'trainyard'));
  writeFileSync(
    join(project, 'use.ts'),
    `import { loadModel, ModelError, type Classification } from 'trainyard/browser';
     export async function use(canvas: HTMLCanvasElement): Promise<Classification> {
       const model = await loadModel(new URL('http://host/model.onnx'), { threads: 1 });
       const [answer] = await model.classify([canvas]);
       const label: string = model.card.labels[0] ?? '';
       if (!answer) throw new ModelError('model', label);
       // @ts-expect-error: a number is nothing that can be classified
       await model.classify(7);
       return answer;
     }`,
  );
  const options = ['--noEmit', '--strict', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(
    process.execPath,
    [tsc, ...options, '--target', 'es2022', '--lib', 'es2022,dom', join(project, 'use.ts')],
    { encoding: 'utf8', cwd: project },
  );
  expect(stdout).toBe('');
});
