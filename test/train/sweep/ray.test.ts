// A sweep on a Ray cluster of two nodes, one of which is killed: every trial ends, the interrupted one with the same bytes.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { hasEnvironment, pythonOf } from '../../../setup/install/python-environments.mjs';
import { commandFile } from '../../../setup/paths.mjs';
import { linesOf, until } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-ray-'));
const TRIALS = 8;
const own = (trial: number) =>
  join(folder, 'sweeps/0001-fc-mnist/trials', String(trial + 1).padStart(4, '0'));

let cluster: ChildProcessWithoutNullStreams | undefined;
afterEach(async () => {
  if (cluster !== undefined && cluster.exitCode === null) {
    cluster.stdin.end();
    await once(cluster, 'close');
  }
  rmSync(folder, { recursive: true });
});

/** Starts the cluster; what it says, line by line. */
function startCluster(port: number) {
  const script = fileURLToPath(new URL('./two_nodes.py', import.meta.url));
  cluster = spawn(pythonOf('ray'), ['-B', script, String(port)]);
  cluster.stderr.resume();
  return { cluster, says: createInterface({ input: cluster.stdout })[Symbol.asyncIterator]() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a sweep of 8 trials on two nodes, one of them killed', async ({ skip }) => {
  skip(!hasEnvironment('ray'), 'Ray is not there: node setup/main.mjs --for ci fetches it');
  const port = await freePort();
  const { cluster: ray, says } = startCluster(port);
  expect((await says.next()).value).toBe('ready');
  const words = ['fc-mnist', '--epochs', '6', '--batch-size', '100'];
  const searched = ['--learning-rate', 'log:0.0001..0.001', '--trials', String(TRIALS), '--no-prune'];
  const on = ['--on', `ray://127.0.0.1:${port}`, '--runs', folder, '--json'];
  const sweep = spawn(process.execPath, [commandFile, 'sweep', ...words, ...searched, ...on]);
  const [out, err] = [text(sweep.stdout), text(sweep.stderr)];

  // Each node has one processor: the first two trials are on one each.
  const trains = (trial: number) => existsSync(join(own(trial), '0001-fc-mnist/last.safetensors'));
  await until(() => (trains(0) && trains(1)) || sweep.exitCode !== null);
  ray.stdin.write('kill\n');
  expect((await says.next()).value).toBe('killed');
  const [code] = await once(sweep, 'close');
  expect(code, await err).toBe(0);

  const { trials } = linesOf(await out);
  expect(trials.map(({ state }) => state)).toEqual(Array.from({ length: TRIALS }, () => 'done'));
  const interrupted = trials.filter(({ attempts }) => attempts > 1);
  expect(interrupted).toHaveLength(1);
  for (const { trial, values, runs } of interrupted) {
    expect(readFileSync(join(own(trial), 'train.log'), 'utf8')).toContain('Going on with 0001-fc-mnist');
    const alone = join(folder, 'alone');
    const rate = values['learning-rate'] ?? '';
    const { status } = spawnSync(
      process.execPath,
      [commandFile, 'train', ...words, '--learning-rate', rate, '--no-live', '--runs', alone],
      { env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1' } },
    );
    expect(status).toBe(0);
    for (const file of ['last.safetensors', 'best.safetensors']) {
      const bytes = readFileSync(join(alone, '0001-fc-mnist', file));
      expect(readFileSync(join(runs[0] ?? '', file)).equals(bytes)).toBe(true);
    }
  }
}, 600_000);
