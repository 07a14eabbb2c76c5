// From the command line to a run: a folder of pictures is read once, and nothing heavy is loaded for help or a refusal.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { compiled } from '../../../setup/modules/compiled.mjs';
import { root } from '../../../setup/paths.mjs';
import { loadFolder } from '../../../train/datasets/folder/index.ts';
import { writeCifarPhotos, writePhotos } from '../../../train/photos/write-photos.ts';
import { choose } from '../choose.ts';

vi.mock(import('../../../train/datasets/folder/index.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, loadFolder: vi.fn(original.loadFolder) };
});

const folder = mkdtempSync(join(tmpdir(), 'trainyard-one-way-'));
process.env.TRAINYARD_CACHE = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true }));

it('a folder is read once, for its recipe and for its training', async () => {
  const n = 20;
  const images = new Uint8Array(n * 32 * 32 * 3);
  for (let i = 0; i < images.length; i++) images[i] = Math.floor(i / 3072) * 12 + (i % 7);
  const split = { images, labels: Uint8Array.from({ length: n }, (_, i) => i % 2), n };
  const photos = join(folder, 'photos');
  await writePhotos(photos, split, ['dark', 'light'], [0, 1], n);

  const { recipe, data } = await choose({
    ...{ recipe: photos, architecture: 'small-cnn', size: '32', precision: 'float32', runs: folder },
  });
  const [one, again] = [await data(), await data()];
  expect(recipe.dataset).toBe(photos);
  expect(one.labels).toEqual(['dark', 'light']);
  expect(again).toBe(one);
  expect(loadFolder).toHaveBeenCalledTimes(1);
});

it('a class of photos that is not there is refused before their data set is read or fetched', async () => {
  await expect(writeCifarPhotos(join(folder, 'new'), { classes: 'cat, cot', each: 1 })).rejects.toThrow(
    'CIFAR-10 has no class "cot". Did you mean cat?',
  );
});

describe('a process that only helps or refuses', () => {
  /** Runs the command line, then says which of the heavy things are in memory. */
  const script = (address: string | undefined) => `
    const { main } = await import(${JSON.stringify(address)});
    await main(process.argv.slice(1));
    const { readFileSync } = await import('node:fs');
    const maps = readFileSync('/proc/self/maps', 'utf8');
    console.log('\\nloaded: ' + ['libtensorflow', 'tfjs_binding', 'onnxruntime', 'sharp'].filter((name) => maps.includes(name)).join());
  `;

  it.each([
    [['train', '--help']],
    [['train']],
    [['train', 'digits', '--epochs', '0']],
    [['train', 'digts']],
    [['train', 'conv-mnist', '--init', 'smal']],
    [['lr-find', 'digits', '--steps', '0']],
    [['show', 'digits', '--seed', 'x']],
    [['photos', 'here', '--each', '0']],
  ])('loads no TensorFlow for %j', async (args) => {
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', script(await compiled('bin/main.ts')), '--', ...args],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stdout).toMatch(/\nloaded: $/m);
  });
});
