// One network as three classifiers: eager tfjs, one graph of TensorFlow, and a file in onnxruntime.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import {
  eagerClassifier,
  onnxClassifier,
  runtimes,
  tensorflowClassifier,
} from '../../../export/parity/classifier.ts';
import { createInferenceSession } from '../../../export/parity/session.ts';
import {
  classifierNetwork,
  networkToOnnx,
  type PictureFunction,
  traceNetwork,
} from '../../../export/trace/network.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fromUint8 } from '../../../train/layers/forward.ts';
import { random } from '../../../train/random.ts';

const SHAPE = [4, 3, 2] as const;
/** So many that their weights are more than a kilobyte, which a large model has in a file of its own. */
const CLASSES = 12;
const next = random(1, 'classifier');
const kernel = tf.variable(
  tf.tensor2d(
    Float32Array.from({ length: 24 * CLASSES }, () => next() - 0.5),
    [24, CLASSES],
  ),
);
const variables = new Map<string, Variable>([['logits/kernel', kernel]]);
const logits = (x: Tensor) => tf.matMul(tf.reshape(tf.div(fromUint8(x), 255), [-1, 24]), kernel as never);

const plain: PictureFunction = { probabilities: (x) => tf.softmax(logits(x)), variables };
/** Asks for the number of pictures, which a graph of TensorFlow cannot be told. */
const counting: PictureFunction = {
  probabilities: (x) =>
    tf.reshape(tf.softmax(tf.reshape(logits(x), [x.shape[0] ?? 1, -1, CLASSES])), [-1, CLASSES]),
  variables,
};

const images = Uint8Array.from({ length: 5 * 24 }, () => 256 * next());

/** In double precision. */
const expected = Array.from({ length: 5 }, (_, n) => {
  const weights = kernel.dataSync();
  const sums = Array.from({ length: CLASSES }, (_, k) => k).map((k) => {
    let sum = 0;
    for (let i = 0; i < 24; i++) sum += ((images[n * 24 + i] ?? 0) / 255) * (weights[i * CLASSES + k] ?? 0);
    return Math.exp(sum);
  });
  return sums.map((each) => each / sums.reduce((a, b) => a + b));
}).flat();

const expectRight = (got: Float32Array, count = 5) => {
  expect(got).toBeInstanceOf(Float32Array);
  expect(got).toHaveLength(count * CLASSES);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 5);
};

describe.each([
  ['a graph', plain],
  ['op by op', counting],
] as const)('TensorFlow, %s', (name, each) => {
  it('gives the probabilities of any number of pictures, and keeps nothing', async () => {
    const classifier = tensorflowClassifier(each, traceNetwork(classifierNetwork(each, SHAPE)), SHAPE);
    const { numTensors } = tf.memory();
    expectRight(await classifier.classify(images));
    expectRight(await classifier.classify(images.subarray(0, 24)), 1);
    expect(tf.memory().numTensors).toBe(numTensors);
    await expect(classifier.classify(images.subarray(1))).rejects.toThrow(
      '119 bytes are not a whole number of pictures 4x3x2',
    );
    await classifier.close();
    if (name === 'a graph') await expect(classifier.classify(images)).rejects.toThrow();
  });
});

it('a graph answers by the values that the variables had when they were read', async () => {
  const copy = new Map([['logits/kernel', tf.variable(kernel.clone())]]);
  const own = copy.get('logits/kernel');
  const moving: PictureFunction = {
    probabilities: (x) =>
      tf.softmax(tf.matMul(tf.reshape(tf.div(fromUint8(x), 255), [-1, 24]), own as never)),
    variables: copy,
  };
  const classifier = tensorflowClassifier(moving, traceNetwork(classifierNetwork(moving, SHAPE)), SHAPE);
  own?.assign(tf.zerosLike(kernel));
  expectRight(await classifier.classify(images));
  await classifier.close();
});

it('eager tfjs is the function itself', async () => {
  const classifier = eagerClassifier(plain.probabilities, SHAPE);
  const { numTensors } = tf.memory();
  expectRight(await classifier.classify(images));
  expect(tf.memory().numTensors).toBe(numTensors);
  await classifier.close();
});

describe('onnxruntime', () => {
  const model = networkToOnnx(classifierNetwork(plain, SHAPE));

  it('gives the same, of pictures in shared memory too', async () => {
    const classifier = await onnxClassifier(model, SHAPE);
    expectRight(await classifier.classify(images));
    const shared = new Uint8Array(new SharedArrayBuffer(images.length));
    shared.set(images);
    expectRight(await classifier.classify(shared));
    await expect(classifier.classify(images.subarray(1))).rejects.toThrow('119 bytes are not');
    await classifier.close();
    await expect(classifier.classify(images)).rejects.toThrow();
  });

  it('refuses a model without probabilities of float32', async () => {
    const { graph } = model;
    const renamed = {
      ...model,
      graph: {
        ...graph,
        node: graph.node.map((node) => ({
          ...node,
          output: node.output.map((name) => name.replace('probabilities', 'other')),
        })),
        output: graph.output.map((each) => ({ ...each, name: 'other' })),
      },
    };
    const whole = {
      ...renamed,
      graph: {
        ...renamed.graph,
        node: [
          ...renamed.graph.node,
          {
            op_type: 'Cast',
            name: 'c',
            input: ['other'],
            output: ['probabilities'],
            attribute: [{ name: 'to', type: 2, i: 6 }],
          },
        ],
        output: [{ name: 'probabilities' }],
      },
    };
    for (const each of [renamed, whole]) {
      const classifier = await onnxClassifier(each as never, SHAPE);
      await expect(classifier.classify(images)).rejects.toThrow(
        'the model has no float32 output called probabilities',
      );
      await classifier.close();
    }
  });

  it('loads a path, bytes, and a model that is too large for one message, of which nothing is left', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-session-'));
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('trainyard-large-'));
    const path = join(folder, 'model.onnx');
    writeFileSync(path, encodeModel(model));
    const sessions = [
      await createInferenceSession(path),
      await createInferenceSession(encodeModel(model)),
      await createInferenceSession(model, {}, 24 * CLASSES * 4 - 1),
      await createInferenceSession(model, { graphOptimizationLevel: 'disabled' }, 24 * CLASSES * 4 + 100),
    ];
    for (const session of sessions) {
      expect(session.inputNames).toEqual(['image']);
      expect(session.outputNames).toEqual(['probabilities']);
      await session.release();
    }
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('trainyard-large-'))).toEqual(before);
    rmSync(folder, { recursive: true });
  });
});

it('the runtimes are named with their versions', () => {
  expect(runtimes('2.21.0')).toMatch(/^onnxruntime 1\.\d+\.\d+, tfjs-node 4\.\d+\.\d+, TensorFlow 2\.21\.0$/);
});
