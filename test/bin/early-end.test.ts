// A command that ends in its midst, by a recipe file's doing, is no success.
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { commandFile } from '../../setup/paths.mjs';
import { projectWith } from '../train/project/support.ts';

it.each([
  ['process.exit()', 'process.exit();', 'process.exit() was called, as in a recipe file'],
  [
    'an await without an end',
    'await new Promise(() => {});',
    'it waits for a promise that nothing settles, such as an await in a recipe file',
  ],
])('%s in a recipe file', (_, text, reason) => {
  const cwd = projectWith({ 'own.ts': text });
  const { status, stdout, stderr } = spawnSync(process.execPath, [commandFile, 'train', './own.ts'], {
    cwd,
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`train ended before it was done: ${reason}. What was saved before is whole.\n`);
});
