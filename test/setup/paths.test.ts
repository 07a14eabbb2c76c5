// Where the cache is, whatever the environment leaves out.
import { execFileSync } from 'node:child_process';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { cacheFolder, root } from '../../setup/paths.mjs';

afterEach(() => vi.unstubAllEnvs());

test('a variable moves the cache; a relative XDG_CACHE_HOME is ignored, as its specification says', () => {
  vi.stubEnv('TRAINYARD_CACHE', '/a');
  expect(cacheFolder()).toBe('/a');
  vi.stubEnv('TRAINYARD_CACHE', '');
  vi.stubEnv('XDG_CACHE_HOME', '/b');
  expect(cacheFolder()).toBe('/b/trainyard');
  vi.stubEnv('XDG_CACHE_HOME', 'b');
  expect(cacheFolder()).toBe(join(homedir(), '.cache', 'trainyard'));
});

test('a user without a home, as containers have, keeps it with temporary files', ({ skip }) => {
  skip(process.getuid?.() !== 0, 'root alone may become another user');
  const source = `import(${JSON.stringify(join(root, 'setup/paths.mjs'))}).then(({ cacheFolder }) => console.log(cacheFolder()))`;
  const printed = execFileSync(process.execPath, ['-e', source], { uid: 54321, gid: 54321, env: {} });
  expect(`${printed}`.trim()).toBe(join(tmpdir(), '.cache', 'trainyard'));
});
