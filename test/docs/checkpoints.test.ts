// What docs/checkpoints.md shows is true: its snippets run, its commands and files are there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { fit } from '../../train/loop/fit.ts';
import { findRecipe } from '../../train/recipes/index.ts';
import { createRun, type Run } from '../../train/runs/run.ts';
import { smallMnist } from '../train/small-mnist.ts';

const text = readFileSync(join(root, 'docs/checkpoints.md'), 'utf8');
const snippets = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
const commands = [...text.matchAll(/^ {4}npm run (train|inspect) ?(.*)$/gm)].map(
  ([, command = '', rest = '']) =>
    [command, ...rest.replace(/^-- |(?<= )-- /, '').split(' ')].filter(Boolean),
);

const folder = mkdtempSync(join(tmpdir(), 'trainyard-docs-'));
let run: Run;
beforeAll(async () => {
  // Named as on the page: the second run of fc-mnist.
  const recipe = findRecipe('fc-mnist', { epochs: 1, batchSize: 100 }, { init: 'variance-scaling' });
  createRun(folder, { ...recipe, seed: 99 }, {});
  run = createRun(folder, recipe, {});
  await fit({ recipe, dataset: await smallMnist(1000, 500), run });
});
afterAll(() => rmSync(folder, { recursive: true }));

function node(...args: string[]) {
  return spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TRAINYARD_RUNS: folder },
  });
}

describe('docs/checkpoints.md', () => {
  it('has a snippet for either way to restore', () => expect(snippets).toHaveLength(2));

  it.each([
    [0, /^\[\] Float32Array\(10\)/m],
    [1, /^\[\]\nFloat32Array\(10\)/m],
  ])('shows snippet %i, which runs', (index, output) => {
    const path = join(folder, `snippet-${index}.ts`);
    const code = (snippets[index] ?? '')
      .replaceAll("'./train/", `'${root}/train/`)
      .replaceAll('runs/0002-fc-mnist', run.folder);
    writeFileSync(path, code);
    const { stdout, stderr, status } = node('--import', 'tsx', path);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(output);
  });

  it('shows commands whose options there are', () => {
    expect(commands.length).toBeGreaterThan(7);
    for (const name of new Set(commands.map(([command = '']) => command))) {
      const help = node('bin/trainyard.mjs', name, '--help').stdout;
      for (const option of commands.filter(([command]) => command === name).flat())
        if (option.startsWith('--')) expect(help).toContain(option);
    }
  });

  it('inspects a run by its name', () => {
    const { stdout, stderr } = node('bin/trainyard.mjs', 'inspect', '0002-fc-mnist');
    expect(stdout, stderr).toMatch(/checkpoint of fc-mnist --init variance-scaling/);
    expect(stdout).toMatch(/hidden1\/kernel\s+\[784,256\]/);
  });
});
