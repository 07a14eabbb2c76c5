// What `trainyard verify` promises of a model from elsewhere with a card.json: it is looked at as the server serves it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { asServed } from '../../../export/files/as-served.ts';
import { openModelFile } from '../../../export/files/file.ts';
import { onnxClassifier } from '../../../export/parity/classifier.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { verificationInWords } from '../../../export/verify/text.ts';
import { python } from '../../python.ts';

const repository = mkdtempSync(join(tmpdir(), 'trainyard-elsewhere-'));
afterAll(() => rmSync(repository, { recursive: true }));

/** One number for each picture: how much it is the second of two classes. Prints that of a picture of ones. */
const script = `
import sys, numpy as np, onnx, onnxruntime
from onnx import TensorProto as T, helper as h
path, batch = sys.argv[1], sys.argv[2]
batch = int(batch) if batch.isdigit() else batch
weight = np.random.default_rng(1).normal(0, 0.05, 192).astype(np.float32)
nodes = [h.make_node('Flatten', ['x'], ['f']), h.make_node('MatMul', ['f', 'w'], ['l']), h.make_node('Sigmoid', ['l'], ['y'])]
graph = h.make_graph(nodes, 'pets', [h.make_tensor_value_info('x', T.FLOAT, [batch, 3, 8, 8])], [h.make_tensor_value_info('y', T.FLOAT, [batch, 1])], initializer=[h.make_tensor('w', T.FLOAT, [192, 1], weight)])
onnx.save(h.make_model(graph, opset_imports=[h.make_opsetid('', 17)], ir_version=8), path)
print(onnxruntime.InferenceSession(path).run(None, {'x': np.ones([1, 3, 8, 8], np.float32)})[0][0][0])
`;

it.each(['N', '1'])('two classes of one number, for %s pictures at a time', async (batch) => {
  const folder = join(repository, `pets-${batch}`, '1');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'model.onnx');
  const second = Number(python(script, [path, batch]));
  const card = {
    labels: ['cat', 'dog'],
    input: { size: [8, 8], layout: 'NCHW' },
    output: 'probabilities',
    golden: batch === '1' ? [{ input: 'zeros', probabilities: [0.5, 0.5] }] : [],
  };
  await expect(verifyAlone(asServed(await openModelFile(path, repository)))).rejects.toThrow(/has no card/);
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card));
  const file = asServed(await openModelFile(path, repository));
  const checks = await verifyAlone(file);
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  const words = verificationInWords(path, checks);
  if (batch === '1') expect(words).toMatch(/1 built-in pictures, 1 at a time: .*\n\nAll 6 checks hold\.$/s);
  else expect(words).toMatch(/none {4}golden .*\n\nAll 5 checks hold; not proven: golden\.$/s);

  const classifier = await onnxClassifier(file.source, [8, 8, 3]);
  const [cat = 0, dog = 0] = await classifier.classify(new Uint8Array(192).fill(255));
  await classifier.close();
  expect(dog).toBeCloseTo(second, 6);
  expect(cat).toBeCloseTo(1 - second, 6);
});
