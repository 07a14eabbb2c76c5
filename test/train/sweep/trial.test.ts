// One trial, whose training is a script here: what has nothing to do with its options does not count as its failure.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { DiskError } from '../../../train/errors.ts';
import { python } from '../../python.ts';

const sweep = mkdtempSync(join(tmpdir(), 'trainyard-trial-'));
afterAll(() => rmSync(sweep, { recursive: true }));

/** How a trial ends. */
function run(job: object): unknown {
  const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import trial
print(json.dumps(trial.run(json.loads(sys.argv[2]))))
`;
  return JSON.parse(python(script, [join(root, 'train/sweep/driver'), JSON.stringify(job)]));
}

test('a trial for which the disk was full is trained again when there is room, and one that failed is not', () => {
  const folder = join(sweep, 'trials/0001');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(sweep, 'session'), 'one');
  const command = join(sweep, 'train.sh');
  const job = {
    sweep,
    folder,
    session: 'one',
    command: [command],
    words: [],
    cwd: sweep,
    cores: 1,
    version: '1',
  };
  const train = (words: string, status: number) =>
    writeFileSync(command, `#!/bin/sh\necho "${words}" >&2\nexit ${status}\n`, { mode: 0o755 });

  train('The disk is full. Make room.', new DiskError('').exitStatus);
  expect(run(job)).toEqual({ status: 'unfit', words: 'The disk is full. Make room' });
  train('It cannot be.', 1);
  expect(run(job)).toEqual({ status: 'failed', words: 'It cannot be.' });
  train('', 0);
  expect(run(job)).toMatchObject({ status: 'failed' });
  expect(existsSync(join(folder, 'result.json'))).toBe(true);
});
