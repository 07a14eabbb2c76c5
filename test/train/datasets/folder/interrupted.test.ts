// A preparation that ends before its time, killed or on a full disk: what it had made is not made again, nor lost.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compiled } from '../../../../setup/modules/compiled.mjs';
import { cacheFolder, root } from '../../../../setup/paths.mjs';
import { decodeChecked } from '../../../../train/datasets/folder/decode.ts';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import { readFiles } from '../../../../train/datasets/folder/read-files.ts';
import { filesUnder } from '../../../../train/datasets/folder/source.ts';
import { noise, type Place, temporaryPlace } from './pictures.ts';

vi.mock('../../../../train/datasets/folder/decode.ts', { spy: true });

const PICTURES = 24;
const options = {
  shape: [16, 16, 3] as const,
  rule: { rule: 'resize' as const, filter: 'bilinear' as const, crop: 'center' as const },
  valid: 0.2,
};

let place: Place;
beforeEach(async () => {
  place = temporaryPlace();
  for (let i = 0; i < PICTURES; i++)
    place.write(`${i % 2 ? 'a' : 'b'}/${i}.png`, await noise(i).png().toBuffer());
  place.write('a/broken.png', 'no picture');
  vi.mocked(decodeChecked).mockClear();
});
afterEach(() => place.close());

const loader = await compiled('train/datasets/folder/index.ts');

/** Prepares in a process of its own, which is killed after the tenth file. */
function prepareAndKill(): void {
  const script = `import { loadFolder } from ${JSON.stringify(loader)};
    const onProgress = (done) => done >= 10 && process.kill(process.pid, 'SIGKILL');
    await loadFolder(${JSON.stringify(place.path)}, { ...${JSON.stringify(options)}, onProgress });`;
  const words = ['--input-type=module', '-e', script];
  expect(spawnSync(process.execPath, words, { cwd: root }).signal).toBe('SIGKILL');
}

const cacheOfFolder = () =>
  join(cacheFolder(), 'folders', readdirSync(join(cacheFolder(), 'folders'))[0] ?? '');
const left = () => readdirSync(cacheOfFolder()).filter((name) => name.startsWith('.'));

it('goes on after kill -9 with the pictures that are made, to the same data', async () => {
  prepareAndKill();
  expect(left()).toHaveLength(1);
  const dataset = await loadFolder(place.path, options);
  // Of ten that were done, broken.png may be one, which is no picture to decode.
  const again = vi.mocked(decodeChecked).mock.calls.length;
  expect(again).toBeLessThanOrEqual(PICTURES + 1 - 10);
  expect(again).toBeGreaterThan(0);
  expect(left()).toEqual([]);
  rmSync(cacheFolder(), { recursive: true });
  const undisturbed = await loadFolder(place.path, options);
  expect(dataset.digests).toEqual(undisturbed.digests);
  expect(dataset.train.files).toEqual(undisturbed.train.files);
  expect(dataset.findings).toEqual(undisturbed.findings);
});

it('does not believe a list or pixels that were torn', async () => {
  prepareAndKill();
  const [folder = ''] = left();
  const [list, pixels] = ['prepared.jsonl', 'scratch'].map((name) => join(cacheOfFolder(), folder, name));
  const lines = readFileSync(list ?? '', 'utf8');
  writeFileSync(list ?? '', lines.slice(0, -20));
  writeFileSync(pixels ?? '', Buffer.alloc(readFileSync(pixels ?? '').length));
  const dataset = await loadFolder(place.path, options);
  rmSync(cacheFolder(), { recursive: true });
  expect(dataset.digests).toEqual((await loadFolder(place.path, options)).digests);
});

it('says that the disk is full, and blames no picture for it', async () => {
  const scratch = join(place.path, '..', 'scratch');
  mkdirSync(scratch);
  // The system's own device that is always full.
  symlinkSync('/dev/full', join(scratch, 'scratch'));
  const files = ['a/1.png', 'b/0.png', 'a/3.png', 'b/2.png', 'a/5.png'];
  await expect(readFiles({ source: filesUnder(place.path), files, ...options, scratch })).rejects.toThrow(
    /^The disk is full: .*cannot be written \(ENOSPC.*What is finished is kept: make room, then give the same command again\.$/,
  );
});
