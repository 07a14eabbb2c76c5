// Any ONNX file as a backbone: what its makers' own framework computes is what a head is trained on, however it was written.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { networkToOnnx } from '../../../export/trace/network.ts';
import { goldenInput, goldenNames } from '../../../models/golden.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../../models/onnx/schema.ts';
import { chooseBackbone as choose, openExtractor, readBackbone } from '../../../train/backbone/index.ts';
import { askedBackbone, type BackboneArgs } from '../../../train/backbone/options.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { shippedModels } from '../../shipped.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-backbone-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Written by PyTorch 2.13 for one picture at a time; see reference.py. */
const torch = fileURLToPath(new URL('./torch.onnx', import.meta.url));
const expected = z
  .array(z.array(z.number()))
  .parse(JSON.parse(readFileSync(new URL('./torch.json', import.meta.url), 'utf8')))
  .flat();

/** As the command line chooses it. */
async function chooseBackbone(path: string, args: BackboneArgs, size?: number) {
  return choose(askedBackbone(path, args), size);
}

/** Features of the built-in pictures, four at a time. */
async function featuresBy(path: string, args: BackboneArgs, size?: number): Promise<Float32Array> {
  const { backbone, input } = await chooseBackbone(path, args, size);
  const shape: Shape = [input.size, input.size, input.channels];
  const extractor = await openExtractor(path, await readBackbone(backbone, input.standardize, shape), shape);
  const features = await extractor.extract(
    Buffer.concat(goldenNames.map((name) => goldenInput(name, shape))),
  );
  await extractor.close();
  return features;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

/** PyTorch's file, changed, under a name of its own. */
function changed(name: string, change: (model: ModelProto) => ModelProto): string {
  const path = join(folder, name);
  writeFileSync(path, encodeModel(change(decodeModel(readFileSync(torch)))));
  return path;
}

describe('a file of PyTorch', () => {
  it('gives the features that PyTorch computes, though it was written for one picture', async () => {
    // Measured: 2.4e-7.
    expect(largestDifference(await featuresBy(torch, { scaling: 'imagenet' }), expected)).toBeLessThan(8e-7);
  });

  it('takes mean and deviation as numbers, and another value than the usual one', async () => {
    const numbers = { mean: '0.485,0.456,0.406', deviation: '0.229,0.224,0.225' };
    expect(largestDifference(await featuresBy(torch, numbers), expected)).toBeLessThan(8e-7);
    const maps = decodeModel(readFileSync(torch)).graph.node.filter(({ op_type }) => op_type === 'Relu')[1];
    // Feature maps are averaged over their places, which is what the network does next.
    const pooled = await featuresBy(torch, { ...numbers, features: maps?.output[0] });
    expect(largestDifference(pooled, expected)).toBeLessThan(8e-7);
  });

  it('may have its weights in a file beside it, and be in the words of an older version', async () => {
    const apart: Uint8Array[] = [];
    let offset = 0;
    const path = changed('apart.onnx', (model) => ({
      ...model,
      ir_version: 3,
      graph: {
        ...model.graph,
        // Until version 3 of the format, weights are inputs too.
        input: [...model.graph.initializer.map(({ name = '' }) => ({ name })), ...model.graph.input],
        initializer: model.graph.initializer.map(({ raw_data = new Uint8Array(), ...tensor }) => {
          const entries = {
            location: 'weights.bin',
            offset: String(offset),
            length: String(raw_data.length),
          };
          apart.push(raw_data);
          offset += raw_data.length;
          const external_data = Object.entries(entries).map(([key, value]) => ({ key, value }));
          return { ...tensor, external_data, data_location: 1 };
        }),
      },
    }));
    const weights = join(folder, 'weights.bin');
    writeFileSync(weights, Buffer.concat(apart));
    expect(largestDifference(await featuresBy(path, { scaling: 'imagenet' }), expected)).toBeLessThan(8e-7);
    writeFileSync(weights, Buffer.concat(apart).subarray(1));
    await expect(chooseBackbone(path, { scaling: 'imagenet' })).rejects.toThrow(/weights\.bin.*cut off/);
  });

  it('is read as the configuration beside it says', async () => {
    const place = join(folder, 'hub', 'onnx');
    mkdirSync(place, { recursive: true });
    copyFileSync(torch, join(place, 'model.onnx'));
    const config = {
      image_mean: [0.485, 0.456, 0.406],
      image_std: [0.229, 0.224, 0.225],
      size: { shortest_edge: 32 },
      do_center_crop: true,
      crop_size: { height: 24, width: 24 },
      resample: 3,
    };
    writeFileSync(join(folder, 'hub', 'preprocessor_config.json'), JSON.stringify(config));
    const { input } = await chooseBackbone(join(place, 'model.onnx'), {});
    expect(input.prepare).toEqual({ rule: 'resize', filter: 'bicubic', crop: 'center', shorter: 32 });
    expect(largestDifference(await featuresBy(join(place, 'model.onnx'), {}), expected)).toBeLessThan(8e-7);
  });

  it('is read as its metadata say', async () => {
    const path = changed('metadata.onnx', (model) => ({
      ...model,
      metadata_props: [
        { key: 'Image.NominalPixelRange', value: 'Normalized_1_1' },
        { key: 'Image.BitmapPixelFormat', value: 'Bgr8' },
      ],
    }));
    const { backbone, input } = await chooseBackbone(path, {});
    expect(backbone.input.order).toBe('bgr');
    expect(input.standardize).toEqual({ mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] });
  });
});

describe('a file that takes channels last', () => {
  it('gives the features that tfjs computes', async () => {
    const [kernel, weights] = [tf.randomNormal([3, 3, 3, 6], 0, 1, 'float32', 1), tf.randomNormal([6, 4])];
    const pool = (x: ReturnType<typeof tf.zeros>) =>
      tf.mean(tf.relu(tf.conv2d(x as never, kernel as never, 2, 'same')), [1, 2]);
    const model = networkToOnnx({
      name: 'last',
      inputs: [{ name: 'x', type: 'float32', shape: ['N', 16, 16, 3] }],
      outputs: ['y'],
      run: ([x]) => [tf.softmax(tf.matMul(pool(x as never) as never, weights as never))],
      variables: new Map(),
    });
    const path = join(folder, 'last.onnx');
    writeFileSync(path, encodeModel(model));
    const { backbone } = await chooseBackbone(path, { scaling: '-1..1' });
    expect([backbone.input.layout, backbone.sizes]).toEqual(['nhwc', [6]]);
    const bytes = goldenNames.flatMap((name) => [...goldenInput(name, [16, 16, 3])]);
    const own = pool(
      tf.tensor4d(
        bytes.map((byte) => byte / 127.5 - 1),
        [4, 16, 16, 3],
      ) as never,
    ).dataSync();
    // Measured: 4.8e-7 of values up to 4.
    expect(largestDifference(await featuresBy(path, { scaling: '-1..1' }), own)).toBeLessThan(2e-6);
  });

  it('needs no options where it is ours', async () => {
    const digits = shippedModels.digits;
    const { backbone, input } = await chooseBackbone(digits, {});
    expect(input).toMatchObject({ type: 'uint8', size: 28, channels: 1, prepare: { rule: 'digit' } });
    expect(backbone.sizes).toHaveLength(1);
  });
});

describe('what cannot be', () => {
  const bad: [string, BackboneArgs, number | undefined, RegExp][] = [
    ['no scaling is known', {}, undefined, /nothing says how the bytes.*--scaling 0\.\.1, -1\.\.1/],
    ['a size that the file does not take', { scaling: '0..1' }, 32, /takes pictures of 24 x 24 alone/],
    [
      'a layout that is none',
      { scaling: '0..1', layout: 'chw' },
      undefined,
      /--layout takes nchw, nhwc; received "chw"/,
    ],
    ['a layout that is wrong', { scaling: '0..1', layout: 'nhwc' }, undefined, /24 channels as nhwc/],
    ['an unknown scaling', { scaling: '0..2' }, undefined, /--scaling takes .* Did you mean 0\.\.1\?/],
    ['three words for two', { scaling: '0..1', mean: '0' }, undefined, /give either/],
    ['no numbers', { mean: '0.5,x,1' }, undefined, /--mean takes one number, or three/],
    [
      'no such value',
      { scaling: '0..1', features: '/Relu_output_9' },
      undefined,
      /no value "\/Relu_output_9".*Did you mean/,
    ],
  ];
  it.each(bad)('is refused with a way out: %s', async (_, args, size, message) => {
    await expect(chooseBackbone(torch, args, size)).rejects.toThrow(message);
  });

  it('is a file that is gone, damaged, or has changed since', async () => {
    await expect(chooseBackbone(join(folder, 'none.onnx'), {})).rejects.toThrow(/cannot be read/);
    const text = join(folder, 'text.onnx');
    writeFileSync(text, 'no model');
    await expect(chooseBackbone(text, {})).rejects.toThrow(/not a readable ONNX model/);
    const path = changed('before.onnx', (model) => model);
    const { backbone, input } = await chooseBackbone(path, { scaling: '0..1' });
    changed('before.onnx', (model) => ({ ...model, producer_name: 'another' }));
    await expect(readBackbone(backbone, input.standardize, [24, 24, 3])).rejects.toThrow(
      /not the file with which/,
    );
  });
});
