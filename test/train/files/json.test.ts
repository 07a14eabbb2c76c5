// Files of a run that are damaged: the message names the file and says what is wrong, in words of ours.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { UserError } from '../../../models/errors.ts';
import { parseJson, readJsonFile } from '../../../train/files/json.ts';
import { readRun } from '../../../train/report/facts.ts';
import { readRecord } from '../../../train/report/record.ts';
import { readRecipe } from '../../../train/runs/run.ts';
import { newRun, temporaryFolder } from '../report/support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

const schema = z.object({ epoch: z.int().min(1) });

it('names the file, and what was expected and received', () => {
  expect(parseJson('{"epoch":3}', schema, 'It')).toEqual({ epoch: 3 });
  const failing = (text: string) => () => parseJson(text, schema, 'a.json');
  expect(failing('{"epoch"')).toThrow(/^a\.json is damaged: it is not JSON \(.+\)\.$/);
  expect(failing('{"epoch":0}')).toThrow('a.json is damaged: epoch: expected at least 1; received 0.');
  expect(failing('[]')).toThrow('a.json is damaged: the whole: expected an object; received [].');
  const missing = join(folder.path, 'missing.json');
  expect(() => readJsonFile(missing, schema)).toThrow(`${missing} cannot be read: ENOENT`);
});

it.each([
  ['recipe.json', readRecipe],
  ['environment.json', readRun],
  ['times.json', readRecord],
] as const)('a damaged %s is named, without a stack trace', (name, read) => {
  const run = newRun(folder.path);
  const path = join(run.folder, name);
  writeFileSync(path, '{"name": "dig');
  expect(() => read(run)).toThrow(UserError);
  expect(() => read(run)).toThrow(`${path} is damaged: it is not JSON`);
});
