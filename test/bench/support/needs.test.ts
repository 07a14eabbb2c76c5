// What is promised of a benchmark: what it lacks is said in a sentence before it installs or starts anything.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../../setup/paths.mjs';

test.each(['serve', 'soak'])('bench %s without wrk', (subject) => {
  const empty = mkdtempSync(join(tmpdir(), 'trainyard-needs-'));
  const args = ['--import', 'tsx', 'test/bench/main.ts', subject];
  const env = { PATH: empty, HOME: empty, TRAINYARD_CACHE: empty };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^This benchmark cannot begin\.\nwrk is not on the PATH\.\n/);
  expect(stderr).toMatch(/ {2}Debian: apt-get install wrk\n/);
  expect(stderr).not.toMatch(/\bat /); // no stack trace
  expect(readdirSync(empty)).toEqual([]);
  rmSync(empty, { recursive: true });
});
