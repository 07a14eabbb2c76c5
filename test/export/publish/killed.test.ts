// What is promised of an export that is killed: the next one works, and what was complete is complete still.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCard } from '../../../models/card.ts';
import { addModel, listModels } from '../../../models/repository.ts';
import { compiled } from '../../../setup/modules/compiled.mjs';
import { root } from '../../../setup/paths.mjs';
import { fit } from '../../../train/loop/fit.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { createRun } from '../../../train/runs/run.ts';
import { shippedModels } from '../../shipped.ts';
import { smallMnist } from '../../train/small-mnist.ts';

const shipped = readFileSync(shippedModels.digits);
const folder = mkdtempSync(join(tmpdir(), 'trainyard-killed-'));
const runs = join(folder, 'runs');

beforeAll(async () => {
  const recipe = findRecipe('digits', { epochs: 1, batchSize: 50 });
  await fit({ recipe, dataset: await smallMnist(1000, 100), run: createRun(runs, recipe, {}) });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs Node and kills it `delay` milliseconds after it has printed `line`; null, or its exit status if it was faster. */
async function runAndKill(args: string[], line: string, delay: number): Promise<number | null> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (!printed.includes(line)) continue;
    await sleep(delay);
    child.kill('SIGKILL');
    break;
  }
  const [code] = await ended;
  return code;
}

function exportTo(repository: string, ...words: string[]): string[] {
  return [join(root, 'bin/trainyard.mjs'), 'export', '--runs', runs, '--repository', repository, ...words];
}

test('kill -9 at every stage of `trainyard export`', async () => {
  const repository = join(folder, 'exported');
  await addModel(repository, 'digits', shipped);
  const next = random(1, 'kills');
  let killed = 0;
  for (const line of ['Exporting', 'loaded', 'traced', 'converted', 'compared']) {
    // Drawings for novelty are made before it is compared: the kill after `converted` is in the midst of that.
    const [words, delay] = line === 'compared' ? [['--no-novelty'], 0] : [[], next() * 300];
    const code = await runAndKill(exportTo(repository, ...words), line, delay);
    if (code === null) killed++;
  }
  // The last one may have been faster than we.
  expect(killed).toBeGreaterThanOrEqual(4);
  const before = await listModels(repository);
  expect(await runAndKill(exportTo(repository, '--no-novelty'), 'Never printed', 0)).toBe(0);
  const after = await listModels(repository);
  expect(after).toHaveLength(before.length + 1);
  expect(readFileSync(after[0]?.path ?? '')).toEqual(shipped);
  for (const { path } of after) readCard(readFileSync(path));
  // What the killed ones had begun is gone.
  expect(readdirSync(join(repository, 'digits'))).toEqual(after.map(({ version }) => String(version)));
}, 300_000); // six processes that load TensorFlow and MNIST, two of them compare 10,000 pictures: 15 s of processor time

test('kill -9 again and again while versions are written', async () => {
  const repository = join(folder, 'written');
  // Compiled, it begins in a tenth of a second; a loader takes one for each.
  const module = await compiled('models/repository.ts');
  // Files of 8 MB of one byte: a version that is torn shows by its size.
  const script = `
    import { addModel } from '${module}';
    console.log('writing');
    for (;;) await addModel('${repository}', 'model', new Uint8Array(8e6));`;
  const args = ['--input-type=module', '-e', script];
  const next = random(2, 'kills');
  for (let i = 0; i < 10; i++) {
    const before = await listModels(repository);
    expect(await runAndKill(args, 'writing', next() * 60)).toBe(null);
    const after = await listModels(repository);
    expect(after.slice(0, before.length)).toEqual(before);
    for (const { path } of after) expect(readFileSync(path)).toHaveLength(8e6);
  }
  const { version } = await addModel(repository, 'model', shipped);
  expect(readdirSync(join(repository, 'model')).sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: version }, (_, i) => String(i + 1)),
  );
});
