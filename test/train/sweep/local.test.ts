// Sweeps on this machine: how trials end is told apart, and a sweep that is killed goes on as if nothing had happened.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { commandFile } from '../../../setup/paths.mjs';
import { linesOf, until } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 60,001 are more images than there are, so that such a trial cannot be trained; a learning rate of 1 diverges. */
const mixed = [
  ...['--learning-rate', '{0.0005,0.00001,1}', '--batch-size', '{300,60001}'],
  ...['--epochs', '6', '--trials', '4', '--seed', '10'],
];

function start(runs: string, words: readonly string[]) {
  const all = [commandFile, 'sweep', 'fc-mnist', ...words, '--json', '--runs', runs];
  const child = spawn(process.execPath, all);
  const [out, err] = [text(child.stdout), text(child.stderr)];
  return {
    child,
    async end() {
      const [code] = await once(child, 'close');
      return { code, out: await out, err: await err };
    },
  };
}

/** The process that trains a run. */
function trainerOf(run: string): number {
  return JSON.parse(readFileSync(join(run, 'lock'), 'utf8')).pid;
}

test('a sweep tells apart what is done, pruned, diverged and failed, and after kill -9 ends with the same bytes', async () => {
  const whole = await start(join(folder, 'whole'), mixed).end();
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
  const killed = start(join(folder, 'killed'), mixed);
  const own = join(folder, 'killed/sweeps/0001-fc-mnist/trials', String(number + 1).padStart(4, '0'));
  const run = join(own, '0001-fc-mnist');
  await until(() => existsSync(join(run, 'last.safetensors')));
  const trainer = trainerOf(run);
  killed.child.kill('SIGKILL');
  await killed.end();
  expect(existsSync(join(own, 'result.json'))).toBe(false);
  // Nothing is left that trains: on Linux they end with what has started them.
  await until(() => !existsSync(`/proc/${trainer}`) || process.platform !== 'linux');
  // As a machine leaves it that went down while the journal was written.
  appendFileSync(join(own, '../../journal.log'), '{"op_code": 6, "worker_id": "');

  const again = await start(join(folder, 'killed'), mixed).end();
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
}, 300_000);

test('Ctrl-C saves, what is killed is started again, and the error is the mean over the seeds', async () => {
  const runs = join(folder, 'seeds');
  const words = ['--learning-rate', '0.0004..0.0006', '--epochs', '4', '--trials', '1', '--seeds', '2'];
  const [first, second] = ['0001-fc-mnist', '0002-fc-mnist'].map((name) =>
    join(runs, 'sweeps/0001-fc-mnist/trials/0001', name),
  ) as [string, string];
  const interrupted = start(runs, words);
  await until(() => existsSync(join(first, 'last.safetensors')));
  interrupted.child.kill('SIGINT');
  const { code, out, err } = await interrupted.end();
  expect(code, err).toBe(130);
  expect(linesOf(out).end).toMatchObject({ interrupted: true, trials: 0 });
  expect(err).toContain('The same command goes on.');
  expect(existsSync(join(first, 'lock'))).toBe(false);

  const again = start(runs, words);
  const log = () => readFileSync(join(first, '../train.log'), 'utf8');
  // What starts a training is killed: the training ends with it, and another one goes on.
  await until(() => log().includes('Going on with 0001-fc-mnist'));
  const attempts = readFileSync(join(first, '../attempts.jsonl'), 'utf8').trim().split('\n');
  process.kill(JSON.parse(attempts.at(-1) ?? '').pid, 'SIGKILL');
  // So is a training itself.
  await until(() => existsSync(join(second, 'last.safetensors')));
  process.kill(trainerOf(second), 'SIGKILL');
  const end = await again.end();
  expect(end.code, end.err).toBe(0);
  expect(log().match(/^Going on with 0001-fc-mnist/gm)).toHaveLength(2);
  // The one that was killed, and the one that goes on with it.
  expect(log().match(/ Run 0002-fc-mnist\.$/gm)).toHaveLength(2);
  expect(log()).toContain('0001-fc-mnist is done already: seed 1.');
  const best = [first, second].map((run) => {
    const rows = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n').slice(1);
    expect(rows).toHaveLength(4);
    return Math.min(...rows.map((row) => Number(row.split(',').at(-1))));
  });
  const [trial] = linesOf(end.out).trials;
  expect(trial).toMatchObject({ state: 'done', runs: [first, second], attempts: 3 });
  expect(trial?.error).toBeCloseTo(best.reduce((sum, error) => sum + error, 0) / 2, 12);
}, 300_000);
