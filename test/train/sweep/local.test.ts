// Sweeps on this machine: how trials end is told apart, and a sweep that is killed goes on as if nothing had happened.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { linesOf, until } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 60,001 are more images than there are, so that such a trial cannot be trained; a learning rate of 1 diverges. */
const words = [
  ...['sweep', 'fc-mnist', '--learning-rate', '{0.0005,0.00001,1}', '--batch-size', '{100,60001}'],
  ...['--epochs', '6', '--trials', '4', '--seed', '10', '--json'],
];

function start(runs: string) {
  const child = spawn(process.execPath, [join(root, 'bin/trainyard.mjs'), ...words, '--runs', runs]);
  const [out, err] = [text(child.stdout), text(child.stderr)];
  return {
    child,
    async end() {
      const [code] = await once(child, 'close');
      return { code, out: await out, err: await err };
    },
  };
}

test('a sweep tells apart what is done, pruned, diverged and failed, and after kill -9 ends with the same bytes', async () => {
  const whole = await start(join(folder, 'whole')).end();
  expect(whole.code, whole.err).toBe(0);
  const { trials, end } = linesOf(whole.out);
  const of = (state: string) => trials.filter((trial) => trial.state === state);
  // What seed 10 draws.
  expect(trials.map(({ state }) => state)).toEqual(['done', 'diverged', 'pruned', 'failed']);
  for (const { state, values, curve, error, words: said } of trials) {
    const expected =
      values['batch-size'] === '60001' ? 'failed' : values['learning-rate'] === '1' ? 'diverged' : undefined;
    expect(state).toBe(expected ?? (curve.length === 6 ? 'done' : 'pruned'));
    expect(error).toBe(state === 'done' ? Math.min(...curve.map(([, each]) => each)) : null);
    expect(said).toMatch({ failed: /60001/, diverged: /NaN/, pruned: /^$/, done: /^$/ }[state]);
  }
  expect(end.best.error).toBe(Math.min(...of('done').map(({ error }) => error ?? 1)));

  // Killed while it trains the first trial.
  const number = 0;
  const killed = start(join(folder, 'killed'));
  const own = join(folder, 'killed/sweeps/0001-fc-mnist/trials', String(number + 1).padStart(4, '0'));
  const run = join(own, '0001-fc-mnist');
  await until(() => existsSync(join(run, 'metrics.csv')));
  const trainer: number = JSON.parse(readFileSync(join(run, 'lock'), 'utf8')).pid;
  killed.child.kill('SIGKILL');
  await killed.end();
  expect(existsSync(join(own, 'result.json'))).toBe(false);
  // Nothing is left that trains: on Linux they end with what has started them.
  await until(() => !existsSync(`/proc/${trainer}`) || process.platform !== 'linux');

  const again = await start(join(folder, 'killed')).end();
  expect(again.code, again.err).toBe(0);
  const resumed = linesOf(again.out);
  const timeless = (all: typeof trials) =>
    all.map(({ trial, state, values, curve, error }) => ({ trial, state, values, curve, error }));
  expect(timeless(resumed.trials)).toEqual(timeless(trials));
  expect(resumed.trials.map(({ attempts }) => attempts)).toEqual(
    trials.map(({ trial }) => (trial === number ? 2 : 1)),
  );
  expect(readFileSync(join(own, 'train.log'), 'utf8')).toContain('Going on with 0001-fc-mnist');
  for (const { trial, runs } of of('done')) {
    const other = resumed.trials[trial]?.runs[0] ?? '';
    expect(runs.length).toBe(1);
    for (const file of ['last.safetensors', 'best.safetensors'])
      expect(readFileSync(join(other, file)).equals(readFileSync(join(runs[0] ?? '', file)))).toBe(true);
  }
  expect(readdirSync(join(folder, 'killed/sweeps'))).toEqual(['0001-fc-mnist']);
}, 600_000);
