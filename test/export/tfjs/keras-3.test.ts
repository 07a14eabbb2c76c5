// Models of Keras 3 that were converted to model.json, against the answers of Keras: see keras-3/make.py.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readNetwork } from '../../../export/tfjs/read.ts';
import { networkToOnnx } from '../../../export/trace/network.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { difference } from '../support.ts';

const made = fileURLToPath(new URL('keras-3/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'trainyard-keras-3-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Largest differences from Keras, relative to 1 or to the value, with what was measured. */
const models: Readonly<Record<string, number>> = {
  classifier: 1e-6, // 3.0e-8
  siamese: 1e-6, // 1.8e-7
  transfer: 5e-6, // 1.1e-6, of numbers up to 255
  recurrent: 1e-6, // 1.2e-7
  'without-input': 2e-3, // 9.4e-4: Keras rounds to 11 bits, and the file does not
  many: 2e-5, // 7.6e-6, of numbers up to 255
};

interface Array {
  readonly shape: number[];
  readonly type: 'float32' | 'int32';
  readonly values: string;
}

const cases = Object.entries(models).flatMap(([name, tolerance]) =>
  ['h5', 'keras'].map((form) => [name, form, tolerance] as const),
);

describe('a model.json of Keras 3', () => {
  it.each(cases)('%s from %s answers as Keras does', async (name, form, tolerance) => {
    const text = readFileSync(join(made, `${name}.json`), 'utf8');
    const { inputs, outputs } = JSON.parse(text) as Record<'inputs' | 'outputs', Record<string, Array>>;
    const network = await readNetwork(join(made, `${name}-${form}`));
    const given = Object.values(inputs);
    const tfjs: ArrayLike<number>[] = [];
    tf.tidy(() => {
      const tensors = given.map((array) => tf.tensor(numbersOf(array), array.shape, array.type));
      for (const tensor of network.run(tensors)) tfjs.push(tensor.dataSync());
    });
    const session = await ort.InferenceSession.create(encodeModel(networkToOnnx(network)));
    const feeds = network.inputs.map(({ name: input }, i) => [input, tensorOf(given[i])] as const);
    const got = await session.run(Object.fromEntries(feeds));
    await session.release();
    const expected = Object.values(outputs);
    expect(network.outputs).toHaveLength(expected.length);
    network.outputs.forEach((output, i) => {
      const wanted = numbersOf(expected[i]);
      expect(difference(wanted, tfjs[i] ?? []), `${output} in tfjs`).toBeLessThan(tolerance);
      expect(got[output]?.dims, output).toEqual(expected[i]?.shape);
      expect(difference(wanted, got[output]?.data as Float32Array), `${output} in onnxruntime`).toBeLessThan(
        tolerance,
      );
    });
  });

  it.each([
    [
      'LayerNormalization',
      'GroupNormalization',
      {},
      /GroupNormalization of Keras 3, and tfjs does not have it/,
    ],
    ['Conv2DTranspose', 'Conv2DTranspose', { output_padding: [1, 1] }, /tfjs has no output_padding in it/],
    ['Conv2D', 'Conv2D', { groups: 2 }, /tfjs has no groups \(2\) in it/],
    ['ELU', 'ReLU', { negative_slope: 0.2 }, /tfjs has neither negative_slope nor threshold in it/],
    ['Conv2D', 'Conv2D', { activation: 'sparsemax' }, /tfjs has no activation "sparsemax"/],
  ])('with %s made %s of %o is refused, and says what to do', async (from, to, config, reason) => {
    const path = join(folder, to + Object.keys(config));
    cpSync(join(made, 'many-h5'), path, { recursive: true });
    const file = join(path, 'model.json');
    const model = JSON.parse(readFileSync(file, 'utf8'));
    const layer = model.modelTopology.model_config.config.layers.find(
      (each: { class_name: string }) => each.class_name === from,
    );
    layer.class_name = to;
    Object.assign(layer.config, config);
    writeFileSync(file, JSON.stringify(model));
    await expect(readNetwork(path)).rejects.toThrow(reason);
    await expect(readNetwork(path)).rejects.toThrow(
      /Write a SavedModel in Keras instead, with model\.export/,
    );
  });

  it('is refused when its weights are of another model', async () => {
    const path = join(folder, 'other');
    cpSync(join(made, 'siamese-h5'), path, { recursive: true });
    const file = join(path, 'model.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"shared/', '"other/'));
    await expect(readNetwork(path)).rejects.toThrow(
      /Layer shared wants 2 weights; the weight files have none/,
    );
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"units":4', '"units":3'));
    await expect(readNetwork(path)).rejects.toThrow(/wants/);
  });
});

function numbersOf(array: Array | undefined): Float32Array | Int32Array {
  const { buffer } = new Uint8Array(Buffer.from(array?.values ?? '', 'base64'));
  return array?.type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}

function tensorOf(array: Array | undefined): ort.Tensor {
  const numbers = numbersOf(array);
  return numbers instanceof Int32Array
    ? new ort.Tensor('int32', numbers, array?.shape)
    : new ort.Tensor('float32', numbers, array?.shape);
}
