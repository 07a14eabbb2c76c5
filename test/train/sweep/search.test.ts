// The process that searches: what it is started with, and what is said of one that fails.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import { root } from '../../../setup/paths.mjs';
import { search } from '../../../train/sweep/search.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-search-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('Python keeps byte code of what it imports, and none beside our scripts, whatever the shell says', async () => {
  vi.stubEnv('PYTHONDONTWRITEBYTECODE', '1');
  vi.stubEnv('PYTHONPYCACHEPREFIX', '');
  // In the place of Optuna's interpreter, one that says what it was told.
  const python = join(folder, 'python');
  const said =
    'import sys, os; os.write(2, repr((sys.dont_write_bytecode, sys.pycache_prefix)).encode()); sys.exit(3)';
  writeFileSync(python, `#!/bin/sh\nexec ${pythonOf('test')} -c '${said}'\n`);
  chmodSync(python, 0o755);
  const ended = search({
    python,
    folder,
    trials: 1,
    place: { on: 'local', atOnce: 1, cores: 1 },
    signal: new AbortController().signal,
    onTrial() {},
  });
  await expect(ended).rejects.toThrow(
    `The search ended with 3:\n(False, '${join(root, '.trainyard/bytecode')}')`,
  );
  expect(existsSync(join(root, 'train/sweep/driver/__pycache__'))).toBe(false);
});
