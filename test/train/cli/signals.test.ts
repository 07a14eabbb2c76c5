// Signals to a training, at each of its stages, by a process of its own: what it says, leaves, and ends with.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { isFinished, listRuns } from '../../../train/runs/run.ts';

const runs = mkdtempSync(join(tmpdir(), 'trainyard-signals-'));
afterAll(() => rmSync(runs, { recursive: true }));

/** Trains, and sends `signal` once `when` is printed. */
async function train(words: readonly string[], when: RegExp, signal: NodeJS.Signals) {
  const command = [process.execPath, join(root, 'bin/trainyard.mjs'), 'train', ...words];
  const [program = '', ...rest] = [...command, '--no-live', '--runs', runs];
  const child: ChildProcess = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let sent = false;
  child.stdout?.on('data', (data) => {
    output += data;
    if (!sent && when.test(output)) sent = child.kill(signal);
  });
  const [status, by] = await once(child, 'close');
  return { output, status, by };
}

const words = ['fc-mnist', '--epochs', '3', '--batch-size', '1000'];

describe('a signal', () => {
  it('while it trains: saves, lets go of the run, and names the command that goes on', async () => {
    const { output, status } = await train(words, /^ +1 /m, 'SIGHUP');
    expect(status).toBe(130);
    expect(output).toMatch(
      /Interrupted and saved at step \d+\. Go on: npm run train -- --resume 0001-fc-mnist/,
    );
    expect(existsSync(join(runs, '0001-fc-mnist/lock'))).toBe(false);
  });

  it('while the report is made: ends at once, of a run that is trained', async () => {
    const resume = ['--resume', '0001-fc-mnist'];
    const { output, status } = await train(resume, /Looking at the trained network/, 'SIGTERM');
    expect(status).toBe(130);
    expect(output).toContain(
      `0001-fc-mnist is trained and saved; its report is not complete: npm run report 0001-fc-mnist -- --runs ${runs}`,
    );
    const [run] = listRuns(runs);
    expect(run && isFinished(run)).toBe(true);
    expect(existsSync(join(runs, '0001-fc-mnist/lock'))).toBe(false);
  });

  it('SIGKILL with more epochs to go: the run goes on with those', async () => {
    const resume = ['--resume', '0001-fc-mnist', '--epochs', '5'];
    const { by } = await train(resume, /^ +4 /m, 'SIGKILL');
    expect(by).toBe('SIGKILL');
    const { output } = await train(['--resume', '0001-fc-mnist'], /Looking/, 'SIGKILL');
    expect(output).toMatch(/^ +5 /m);
    const rows = readFileSync(join(runs, '0001-fc-mnist/metrics.csv'), 'utf8').trim().split('\n').slice(1);
    expect(rows.map((row) => row.split(',')[0])).toEqual(['1', '2', '3', '4', '5']);
  });
});
