// What is promised of the model that the checkout comes with: valid ONNX, and one answer from every runtime.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { onnxClassifier } from '../../export/parity/classifier.ts';
import { loadDataset } from '../../train/datasets/index.ts';
import { argMax } from '../../train/loop/logits.ts';
import { python } from '../python.ts';
import { shippedModels } from '../shipped.ts';
import { checkModels } from './support.ts';

const path = shippedModels.digits;
const model = readFileSync(path);

it("passes onnx's full check and strict shape inference", () => {
  expect(checkModels(new Map([['digits', model]]))).toBe('1 checked');
});

const classify = `
import sys, numpy, onnxruntime
images = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(-1, 28, 28, 1)
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
parts = [session.run(['probabilities'], {'image': images[i:i + 500]})[0] for i in range(0, len(images), 500)]
print(''.join(str(label) for label in numpy.concatenate(parts).argmax(1)))`;

it("gives the same labels in Python's onnxruntime as in Node's on all 10,000 test images, 99.63 % of them right", async () => {
  const { test } = await loadDataset('mnist');
  const classifier = await onnxClassifier(model, [28, 28, 1]);
  const probabilities = await classifier.classify(test.images);
  await classifier.close();
  const labels = Array.from({ length: test.n }, (_, i) =>
    argMax(probabilities.subarray(i * 10, i * 10 + 10)),
  );
  expect(labels).toHaveLength(10_000);

  expect(python(classify, [path], Buffer.from(test.images)).trim()).toBe(labels.join(''));
  const right = labels.filter((label, i) => label === test.labels[i]).length;
  // docs/figures.md; its card has the accuracy of these and of pen digits together.
  expect(right / test.n).toBe(0.9963);
});
