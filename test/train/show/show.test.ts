// `trainyard show`: the page about a folder, in a real browser; and the whole road from a folder to an exported model.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as launcher } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { root } from '../../../setup/paths.mjs';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/loop/fit.ts';
import { wordsOf } from '../../../train/recipes/index.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { makeReport } from '../../../train/report/index.ts';
import { createRun, findFinished } from '../../../train/runs/run.ts';
import { chromium } from '../../browser.ts';
import { readSingleCard } from '../../single-card.ts';
import { choose } from '../choose.ts';
import { noise, type Place, temporaryPlace } from '../datasets/folder/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-show-'));
let place: Place;
let browser: Browser;
beforeAll(async () => {
  // Loaded before the cache is another, which has no TensorFlow.
  void tf.version;
  place = temporaryPlace();
  for (let i = 0; i < 30; i++) {
    place.write(`bright & "odd"/${i}.png`, await noise(i).linear(0.5, 120).png().toBuffer());
    place.write(
      `dunkel <ü>/${i} x.jpg`,
      await noise(100 + i)
        .linear(0.4, 0)
        .jpeg()
        .toBuffer(),
    );
  }
  for (let i = 0; i < 30; i++)
    place.write(`bright & "odd"/again ${i}.webp`, await noise(i).linear(0.5, 120).webp().toBuffer());
  place.write('dunkel <ü>/broken.png', 'no picture');
  browser = await launcher.launch(await chromium());
});
afterAll(async () => {
  await browser?.close();
  place.close();
  rmSync(folder, { recursive: true });
});

function trainyard(...args: string[]): string {
  const runs = join(folder, 'runs');
  return execFileSync(process.execPath, [join(root, 'bin/trainyard.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, TRAINYARD_RUNS: runs, TRAINYARD_REPOSITORY: join(folder, 'models') },
    cwd: join(place.path, '..'),
  });
}

const network = ['--architecture', 'small-cnn', '--size', '32'];

describe('show', () => {
  it('writes one offline page: a batch, classes, pictures, augmentation, look-alikes, files', async () => {
    const printed = trainyard('show', 'photos', ...network, '--cutmix', '1');
    expect(printed).toMatch(/^photos: \d+ training and \d+ validation images of 32 x 32 x 3\.$/m);
    expect(printed).toContain('Left out: dunkel <ü>/broken.png: it is a text');
    expect(printed).toMatch(/pairs? of pictures that look the same, one in training, one in validation/);
    const path = /^Page: (.*)$/m.exec(printed)?.[1] ?? '';

    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${path}`);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
    const ids = await page.locator('main > section').evaluateAll((all) => all.map(({ id }) => id));
    expect(ids).toEqual(['batch', 'classes', 'pictures', 'looks', 'twins', 'files']);
    const classes = await page.locator('#classes tbody th').allTextContents();
    expect(classes).toEqual(['bright & "odd"', 'dunkel <ü>']);
    expect(await page.locator('#files').textContent()).toContain('dunkel <ü>/broken.png: it is a text');
    expect(await page.locator('#twins .tile').count()).toBeGreaterThan(1);
    expect(await page.locator('#batch li').allTextContents()).toContainEqual(
      expect.stringMatching(/\d+ %, /),
    );
  });
});

describe('train', () => {
  it('takes the folder all the way: trained, reported, exported with its labels', async () => {
    const runs = join(folder, 'runs');
    const args = {
      recipe: place.path,
      architecture: 'small-cnn',
      size: '32',
      epochs: '2',
      precision: 'float32',
      runs,
    };
    const { recipe } = await choose(args);
    expect(wordsOf(recipe)).toContain(place.path);
    const dataset = await loadDataOf(recipe);
    const run = createRun(runs, recipe, {});
    expect((await fit({ recipe, dataset, run })).finished).toBe(true);
    const report = readFileSync(await makeReport(run), 'utf8');
    expect(report).toContain('<section id="augmentation">');
    expect(report).toMatch(/loss [\d.e]+ · (bright|dunkel)/);
    // The same command finds the run again, from its files.
    expect(findFinished(runs, (await choose(args)).recipe)?.name).toBe('0001-photos');

    const { path } = await exportModel(await loadRun(run, 'best'), { repository: join(folder, 'models') });
    const card = readSingleCard(readFileSync(path));
    expect(card.parity?.changedLabels).toBe(0);
    expect(card.labels).toEqual(['bright & "odd"', 'dunkel <ü>']);
    expect(card.input).toMatchObject({
      shape: [32, 32, 3],
      prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    });
    expect(card.datasets.map(({ name, digest }) => [name, digest])).toEqual([
      ['photos', dataset.digests.train],
      ['photos', dataset.digests.validation],
    ]);
    // Nobody else needs to know where the pictures lay.
    expect(JSON.stringify(card)).not.toContain(tmpdir());
  });
});
