// The classifiers of nsfwjs, which others trained and saved with 8-bit weights: one layers model, one graph model.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReadNetwork, readNetwork } from '../../../export/tfjs/read.ts';
import { networkToOnnx } from '../../../export/trace/network.ts';
import { preparePicture } from '../../../models/image/prepare.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import { fetchDataset } from '../../../setup/data/datasets.mjs';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { datasetFolder } from '../../../setup/paths.mjs';
import { loadDataset } from '../../../train/datasets/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { photograph } from '../../models/image/photographs.ts';
import { checkModels } from '../support.ts';

const SIZE = 224;
const PICTURES = 12;

let pictures: Float32Array;

beforeAll(async () => {
  await fetchDataset('nsfwjs');
  pictures = await photographs();
});

/** Photographs of digits in all kinds of light, prepared as nsfwjs does: `[12,224,224,3]` from 0 to 1. */
async function photographs(): Promise<Float32Array> {
  const { test } = await loadDataset('mnist');
  const prepared = Array.from({ length: PICTURES }, (_, i) => {
    const picture = photograph(test.images.subarray(i * 784, (i + 1) * 784), {
      width: 320,
      height: 240,
      side: 90 + 10 * i,
      x: 10 * i,
      y: 8 * i,
      paper: [240 - 15 * i, 220 - 5 * i, 120 + 10 * i],
      ink: [20 + 15 * i, 30, 60],
      gradient: 0.03 * i,
      vignette: 0.05 * i,
      noise: i,
      seed: i,
    });
    return preparePicture(picture, [SIZE, SIZE, 3], { rule: 'resize', filter: 'bilinear', crop: 'stretch' });
  });
  return Float32Array.from(Buffer.concat(prepared), (byte) => byte / 255);
}

/** The classes of each picture, most probable first. */
function orders(probabilities: Float32Array): number[][] {
  const classes = probabilities.length / PICTURES;
  return Array.from({ length: PICTURES }, (_, i) => {
    const row = [...probabilities.subarray(i * classes, (i + 1) * classes)];
    return row.map((_, k) => k).sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0));
  });
}

async function answers(network: ReadNetwork, model: Uint8Array) {
  const [input = '', output = ''] = [network.inputs[0]?.name, network.outputs[0]];
  const shape = [PICTURES, SIZE, SIZE, 3];
  const expected = tf.tidy(() => network.run([tf.tensor(pictures, shape)])[0]?.dataSync() as Float32Array);
  const session = await ort.InferenceSession.create(model);
  const results = await session.run({ [input]: new ort.Tensor('float32', pictures, shape) });
  await session.release();
  return { expected, got: results[output]?.data as Float32Array };
}

describe.each(['mobilenet_v2', 'mobilenet_v2_mid'])('%s', (name) => {
  it('gives the same top five as tfjs, is valid ONNX, and has no more nodes than it needs', async () => {
    const network = await readNetwork(join(datasetFolder('nsfwjs'), name));
    const onnx = networkToOnnx(network);
    const model = encodeModel(onnx);
    expect(checkModels(new Map([[name, model]]))).toBe('1 checked');

    const { expected, got } = await answers(network, model);
    expect(orders(got)).toEqual(orders(expected));
    // 2.1e-6 measured.
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (got[i] ?? Number.NaN))))).toBeLessThan(
      1e-5,
    );

    const count = (op: string) => onnx.graph.node.filter(({ op_type }) => op_type === op).length;
    expect({ Conv: count('Conv'), Transpose: count('Transpose') }).toEqual({ Conv: 52, Transpose: 1 });
  });
});
