// Folders are made with those above them, or the system's reason is said: nothing waits for ever.
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { systemErrorInWords } from '../../models/system-error.ts';
import { makePath } from '../../setup/files/index.mjs';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-path-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('makes what is missing, and takes what is there', () => {
  for (let i = 0; i < 2; i++) makePath(join(folder, 'a/b/c'));
  expect(statSync(join(folder, 'a/b/c')).isDirectory()).toBe(true);
});

writeFileSync(join(folder, 'file'), '');
symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
symlinkSync(join(folder, 'circle'), join(folder, 'circle'));

// mkdir(2) says which code each has. Node's recursive mkdir never returned from the first and the fourth.
it.each([
  ['/proc/runs', 'ENOENT', 'no folder can be made there. Name another place'],
  [join(folder, 'file'), 'EEXIST', 'something else is there already'],
  [join(folder, 'file/runs'), 'ENOTDIR', 'a file is there, and a folder was expected'],
  [join(folder, 'dangling/runs'), 'EEXIST', 'something else is there already'],
  [join(folder, 'circle'), 'ELOOP', 'its symbolic links lead in a circle'],
  [join(folder, 'n'.repeat(300)), 'ENAMETOOLONG', 'the name is too long'],
])('says why %s cannot be made', (path, code, words) => {
  let thrown: unknown;
  try {
    makePath(path);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code });
  expect(systemErrorInWords(thrown)).toContain(words);
});
