// Three classes are taught by drawings on the page, and its file answers everywhere as the page did.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { readCard } from '../../../models/card.ts';
import { preparePicture } from '../../../models/image/prepare.ts';
import { loadModel } from '../../../public/index.ts';
import { serve } from '../../../serve/main.ts';
import { pageFolder } from '../../../setup/paths.mjs';
import { trainyard } from '../../command.ts';
import { python } from '../../python.ts';
import { openStage, type Stage, visit } from '../browser.ts';
import { drawStrokes } from '../hands.ts';
import { giveDrawing, nameClasses, type Shape, shapes, strokesOf, train } from './shapes.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-teach-page-'));
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true });
});

/** What the page answers, in the order of the classes. */
function answerOf(page: Page): Promise<number[]> {
  return page
    .getByRole('meter')
    .evaluateAll(
      (meters, labels) =>
        labels.map((label) =>
          Number(
            meters
              .find((meter) => meter.getAttribute('aria-label') === label)
              ?.getAttribute('data-probability'),
          ),
        ),
      [...shapes],
    );
}

/** Draws, and waits until the answer to the whole drawing is there: it does not change any more. */
async function askDrawing(page: Page, shape: Shape, n: number): Promise<number[]> {
  await drawStrokes(page, strokesOf(shape, n));
  for (let last = ''; ; ) {
    await page.waitForTimeout(400);
    const now = await answerOf(page);
    if (last === now.join() && now.every((each) => !Number.isNaN(each))) return now;
    last = now.join();
  }
}

async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

const unzip = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    archive.extractall(sys.argv[2])`;

test('three classes of ten drawings become a file that answers in Node, in Python and on the server as on the page', async () => {
  const { page, complaints, requests } = await visit(
    stage,
    { acceptDownloads: true },
    undefined,
    '/teach.html',
  );
  const posted: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') posted.push(request.url());
  });
  await nameClasses(page);
  for (let n = 0; n < 10; n++) for (const shape of shapes) await giveDrawing(page, shape, n);
  await train(page);
  expect(await page.getByTestId('summary').innerText()).toMatch(
    /^Trained on 30 examples in .*Of 6 kept apart/,
  );
  const file = await download(page, 'Download the model');
  await page.getByText(/^[\w-]+\.onnx is made: it answers/).waitFor();

  const tests = shapes.flatMap((shape) => [10, 11].map((n) => ({ shape, n })));
  const answers: number[][] = [];
  for (const { shape, n } of tests) {
    answers.push(await askDrawing(page, shape, n));
    // The drawing goes into the project, from which it can be read.
    await page.getByRole('button', { name: `Add drawing: ${shape}` }).click();
    await page
      .getByRole('listitem', { name: shape })
      .getByText(`${n + 1} examples`)
      .waitFor();
  }
  const right = answers.filter((row, i) => row.indexOf(Math.max(...row)) === Math.floor(i / 2));
  expect(right).toHaveLength(tests.length);
  const project = await download(page, 'Save project');

  const unpacked = join(folder, 'project');
  python(unzip, [project, unpacked]);
  const pictures = tests.map(({ shape, n }) =>
    join(unpacked, shape, `${String(n + 1).padStart(4, '0')}.png`),
  );
  const { card } = { card: readCard(readFileSync(file)) };
  expect(card.labels).toEqual([...shapes]);
  const checks = await verifyAlone(await openModelFile(file, folder));
  expect(checks.filter(({ holds, open }) => !holds || open)).toEqual([]);

  const model = await loadModel(file);
  const near = (got: readonly number[], expected: readonly number[] = []) => {
    expect(got).toHaveLength(expected.length);
    for (const [k, value] of got.entries())
      expect(Math.abs(value - (expected[k] ?? Number.NaN))).toBeLessThan(1e-5);
  };
  const inOrder = (predictions: readonly { label: string; probability: number }[]) =>
    shapes.map((shape) => predictions.find(({ label }) => label === shape)?.probability ?? Number.NaN);
  for (const [i, picture] of pictures.entries())
    near(inOrder((await model.classify(picture)).predictions), answers[i]);
  await model.close();

  const inputs = await Promise.all(
    pictures.map(async (path) => {
      const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
      const channels = info.channels === 4 ? 4 : info.channels === 3 ? 3 : 1;
      return preparePicture({ data, width: info.width, height: info.height, channels }, [28, 28, 1], {
        rule: 'digit',
      });
    }),
  );
  const script = `
import json, sys, numpy as np, onnxruntime as ort
x = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(-1, 28, 28, 1)
print(json.dumps(ort.InferenceSession(sys.argv[1]).run(None, {'image': x})[0].tolist()))`;
  const theirs: number[][] = JSON.parse(python(script, [file], Buffer.concat(inputs)));
  for (const [i, row] of theirs.entries()) near(row, answers[i]);

  const repository = join(folder, 'repository');
  mkdirSync(join(repository, 'shapes', '1'), { recursive: true });
  writeFileSync(join(repository, 'shapes', '1', 'model.onnx'), readFileSync(file));
  const server = await serve({ repository, host: '127.0.0.1', port: 0, page: pageFolder, log: () => {} });
  try {
    for (const [i, picture] of pictures.entries()) {
      const response = await fetch(`${server.url}/models/shapes/classify`, {
        method: 'POST',
        headers: { 'content-type': 'image/png' },
        body: readFileSync(picture),
      });
      near(inOrder((await response.json()).predictions), answers[i]);
    }
  } finally {
    await server.close();
  }

  expect(posted).toEqual([]); // no picture has left the page
  expect(requests.every((url) => url.startsWith(stage.url) || url.startsWith('blob:'))).toBe(true);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a project that was saved is what it was when it is opened, without what was taken away, and is trained', async () => {
  const { page } = await visit(stage, { acceptDownloads: true }, undefined, '/teach.html');
  await nameClasses(page);
  for (let n = 0; n < 2; n++) for (const shape of shapes) await giveDrawing(page, shape, n);
  await page.getByRole('button', { name: 'Take away example 1 of circle' }).click();
  await page.getByRole('listitem', { name: 'circle' }).getByText('1 example').waitFor();
  const project = await download(page, 'Save project');
  await page.context().close();

  const { page: other } = await visit(stage, { acceptDownloads: true }, undefined, '/teach.html');
  await other.getByText('is ready.').waitFor();
  await other.locator('#open').setInputFiles(project);
  await other.getByRole('listitem', { name: 'cross “+”' }).getByText('2 examples').waitFor();
  expect(await other.getByRole('listitem', { name: 'circle' }).getByText('1 example').count()).toBe(1);
  const again = join(folder, 'again');
  python(unzip, [await download(other, 'Save project'), again]);
  const before = join(folder, 'before');
  python(unzip, [project, before]);
  for (const shape of shapes) {
    const files = readdirSync(join(before, shape));
    expect(readdirSync(join(again, shape))).toEqual(files);
    for (const name of files)
      expect(
        Buffer.compare(readFileSync(join(again, shape, name)), readFileSync(join(before, shape, name))),
      ).toBe(0);
  }
  await train(other);
  await other.context().close();

  const options = [
    '--architecture',
    'small-cnn',
    '--size',
    '28',
    '--epochs',
    '1',
    '--runs',
    join(folder, 'runs'),
  ];
  const trained = await trainyard('train', project, ...options);
  expect(trained.status, trained.stderr).toBe(0);
  const recipe = readFileSync(join(folder, 'runs/0001-taught/recipe.json'), 'utf8');
  expect(JSON.parse(recipe).dataset).toBe(project);
  expect(trained.stdout).toContain('circle 1+0, cross “+” 1+1, square 1+1');
}, 180_000);
