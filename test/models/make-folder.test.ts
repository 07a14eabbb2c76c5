// What is promised where the folder of a model cannot be made: words, soon.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UserError } from '../../models/errors.ts';
import { makeFolders } from '../../models/make-folder.ts';
import { addModel } from '../../models/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-make-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a model is added below /proc: refused at once', { timeout: 10_000 }, async () => {
  const adding = addModel('/proc/x/models', 'digits', new Uint8Array());
  await expect(adding).rejects.toThrow(UserError);
  await expect(adding).rejects.toThrow(
    /^the folder \/proc\/x cannot be made: the system takes no folders there/,
  );
});

it('a file is in the way', async () => {
  writeFileSync(join(folder, 'file'), '');
  const expected = `the folder ${join(folder, 'file')} cannot be made: `;
  await expect(makeFolders(join(folder, 'file', 'a'))).rejects.toThrow(expected);
});

it('makes what is missing, also when several do so at once, and leaves what is there', async () => {
  mkdirSync(join(folder, 'there'));
  const path = join(folder, 'there', 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(path)));
  expect(statSync(path).isDirectory()).toBe(true);
  await makeFolders(path);
});
