// What is promised of `serve --check`: weights that were changed are found, however little the answers change, as by verify.
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { checkRepository } from '../../../serve/engine/check-repository.ts';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';

test('a weight that was changed in its last digit', async () => {
  const folder = await temporaryFolder();
  const [made] = await fillRepository(folder.path, [colors]);
  if (made === undefined) throw new Error('no model was made');
  const path = `${folder.path}/colors/1/model.onnx`;
  const check = async () => {
    const log: string[] = [];
    const valid = await checkRepository(folder.path, undefined, 'cpu', (line) => log.push(line));
    const verified = await verifyAlone(await openModelFile(path, folder.path));
    return { valid, log, verified: verified.find(({ name }) => name === 'weights')?.holds };
  };
  const whole = await check();
  const model = decodeModel(made.bytes);
  const weights = model.graph.initializer.find(({ name }) => name === 'weights')?.raw_data;
  if (weights === undefined) throw new Error('the model has no weights');
  weights[0] = (weights[0] ?? 0) ^ 1;
  writeFileSync(path, encodeModel(model));
  const changed = await check();
  await folder.remove();
  expect(whole).toMatchObject({ valid: true, verified: true });
  expect(changed).toEqual({
    valid: false,
    log: ['colors/1: the weights are not those that were exported'],
    verified: false,
  });
});
