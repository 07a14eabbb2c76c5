// What is promised in Python of models of several labels and of numbers: the answers of `loadModel`, in the same form.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDigest } from '../../models/card-proof.ts';
import { withCard } from '../../models/complete-card.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { loadModel } from '../../public/index.ts';
import { root } from '../../setup/paths.mjs';
import { labelsModel, numbersModel } from '../serve/task-model.ts';
import { runtime } from './runtime.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-python-tasks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const classify = `
from dataclasses import asdict
model = trainyard_runtime.load(sys.argv[1], check=True)
print(json.dumps([asdict(a) for a in model.classify_all(sys.argv[2:], top=2)]))
`;
const pictures = [join(root, 'cat.png'), join(root, 'digit.png'), join(root, 'sheet.png')];

it.each([
  ['multi', labelsModel],
  ['regression', numbersModel],
])('answers as loadModel does: %s', async (task, make) => {
  const { bytes } = await make();
  const path = join(folder, `${task}.onnx`);
  writeFileSync(path, bytes);
  await using model = await loadModel(path, { task: 'any', threads: 1 });
  const answers = await model.classify(pictures, { top: 2 });
  const unknown = { known: null, novelty: null };
  expect(runtime(classify, [path, ...pictures])).toEqual(
    answers.map((answer) => {
      if (answer.task === 'single') throw new Error('the task');
      if (answer.task === 'regression') return { values: answer.values, outside: answer.outside, ...unknown };
      return { labels: answer.labels, predictions: answer.predictions, ...unknown };
    }),
  );
});

it('what differs from its card by more than a ten-thousandth of a deviation is refused', async () => {
  const { bytes, card } = await numbersModel();
  const check = (deviations: number) => {
    const golden = card.golden.map((each, i) => ({
      ...each,
      values: each.values.map((value, k) => (i === 1 && k === 0 ? value + deviations * 0.001 : value)),
    }));
    const path = join(folder, 'changed.onnx');
    writeFileSync(path, encodeModel(withCard(decodeModel(bytes), withDigest({ ...card, golden }))));
    return runtime(
      `
try:
    print(json.dumps(trainyard_runtime.load(sys.argv[1]).check()))
except trainyard_runtime.TrainyardError as error:
    print(json.dumps(str(error)))
`,
      [path],
    );
  };
  expect(check(5e-5)).toBeCloseTo(5e-5, 6);
  expect(check(2e-4)).toMatch(
    /^for the built-in picture "ramp" it differs from its card by 2\.0e-04, more than/,
  );
});
