// What is promised of --json: standard output is JSON and nothing else, whatever a command says to people meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { noise, writeNoise } from '../train/datasets/folder/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-json-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, name), await noise(0).png().toBuffer());
  await writeNoise(join(folder, 'photos'), 40, ['cat', 'dog']);
});

/** Runs a command in a process of its own, in a folder with runs and models of its own. */
async function trainyard(...words: string[]) {
  const child = spawn(process.execPath, [join(root, 'bin/trainyard.mjs'), ...words], {
    cwd: folder,
    env: {
      ...process.env,
      TRAINYARD_RUNS: join(folder, 'runs'),
      TRAINYARD_REPOSITORY: join(folder, 'models'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status, stdout, stderr };
}

it('train, export and predict', async () => {
  const options = '--architecture small-cnn --size 16 --batch-size 8 --epochs 2 --no-live --json';
  const trained = await trainyard('train', './photos', ...options.split(' '));
  expect(trained.status, trained.stderr).toBe(0);
  const lines = trained.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const row = { trainLoss: expect.any(Number), validLoss: expect.any(Number), errorRate: expect.any(Number) };
  expect(lines).toMatchObject([
    { event: 'epoch', run: '0001-photos', epoch: 1, step: 4, ...row },
    { event: 'epoch', run: '0001-photos', epoch: 2, step: 8, ...row },
    { event: 'end', run: '0001-photos', finished: true, step: 8, last: { epoch: 2, ...row }, best: row },
  ]);
  expect(trained.stderr).toMatch(/^Finished in /m);

  const exported = await trainyard('export', '--json');
  expect(exported.status, exported.stderr).toBe(0);
  expect(JSON.parse(exported.stdout)).toMatchObject({ kind: 'model' });
  expect(exported.stderr).toMatch(/^ {2}written /m);

  const predicted = await trainyard('predict', 'photos', 'a.png', 'b.png', '--json');
  expect(predicted.status, predicted.stderr).toBe(0);
  expect(JSON.parse(predicted.stdout)).toMatchObject({
    model: 'photos/1',
    predictions: [{ file: 'a.png' }, { file: 'b.png' }],
    files: 2,
    failed: 0,
  });
}, 240_000);

it('doctor', async () => {
  const { status, stdout, stderr } = await trainyard('doctor', '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ node: process.versions.node });
});

it('a mistake leaves standard output empty', async () => {
  const { status, stdout, stderr } = await trainyard('export', '0007-none', '--json');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('There is no run "0007-none"');
});
