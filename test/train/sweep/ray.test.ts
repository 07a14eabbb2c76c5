// A sweep on a Ray cluster of two nodes, one of which is killed: every trial ends, the interrupted one with the same bytes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { commandFile } from '../../../setup/paths.mjs';
import { hasRay, noRay, type RayCluster, startCluster } from '../../ray-cluster.ts';
import { writeNoise } from '../datasets/folder/pictures.ts';
import { linesOf, until } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-ray-'));
const TRIALS = 8;
const photos = join(folder, 'photos');
const own = (trial: number) => join(folder, 'sweeps/0001-photos/trials', String(trial + 1).padStart(4, '0'));

let cluster: RayCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  rmSync(folder, { recursive: true });
});

test('a sweep of 8 trials on two nodes, one of them killed', async ({ skip }) => {
  skip(!hasRay, noRay);
  cluster = await startCluster();
  // A few pictures, often: the node is killed between the first checkpoint and the last.
  await writeNoise(photos, 40, ['a', 'b']);
  const words = [photos, ...'--architecture small-cnn --size 16 --augment none --epochs 30'.split(' ')];
  const searched = ['--learning-rate', 'log:0.0001..0.001', '--trials', String(TRIALS), '--no-prune'];
  const on = ['--on', cluster.address, '--runs', folder, '--json'];
  const sweep = spawn(process.execPath, [commandFile, 'sweep', ...words, ...searched, ...on]);
  const [out, err] = [text(sweep.stdout), text(sweep.stderr)];

  const ended = once(sweep, 'close');

  // Late, since the rest is for one node; not before the training that is interrupted can go on.
  await until(() => existsSync(own(TRIALS - 4)) || sweep.exitCode !== null);
  const title = cluster.killAtWork('run', '*/last.safetensors');
  await Promise.race([title, ended.then(() => cluster?.close())]);
  expect(await title).toBe('ray::run');
  const [code] = await ended;
  expect(code, await err).toBe(0);

  const { trials } = linesOf(await out);
  expect(trials.map(({ state }) => state)).toEqual(Array.from({ length: TRIALS }, () => 'done'));
  const interrupted = trials.filter(({ attempts }) => attempts > 1);
  expect(interrupted).toHaveLength(1);
  for (const { trial, values, runs } of interrupted) {
    expect(readFileSync(join(own(trial), 'train.log'), 'utf8')).toContain('Going on with 0001-photos');
    const alone = join(folder, 'alone');
    const rate = values['learning-rate'] ?? '';
    const { status } = spawnSync(
      process.execPath,
      [commandFile, 'train', ...words, '--learning-rate', rate, '--no-live', '--runs', alone],
      { env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1' } },
    );
    expect(status).toBe(0);
    for (const file of ['last.safetensors', 'best.safetensors']) {
      const bytes = readFileSync(join(alone, '0001-photos', file));
      expect(readFileSync(join(runs[0] ?? '', file)).equals(bytes)).toBe(true);
    }
  }
}, 600_000);
