// A preprocessor_config.json means what transformers.js takes it for.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoProcessor, env, RawImage } from '@huggingface/transformers';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cardOfConfigurations } from '../../models/adopt/configurations.ts';
import { describedByPreprocessor } from '../../models/adopt/preprocessor.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import type { Shape } from '../../models/image/shape.ts';
import { decodeModel } from '../../models/onnx/schema.ts';
import { elsewhere } from './elsewhere.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-preprocessor-'));
afterAll(() => rmSync(folder, { recursive: true }));
env.allowRemoteModels = false;
env.localModelPath = folder;

const normal = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225], do_normalize: true };

const plain = {
  image_processor_type: 'ViTImageProcessor',
  ...normal,
  size: { height: 16, width: 16 },
  resample: 2,
};

/** As the Hub has them for these families, with smaller pictures. */
const configurations: Readonly<Record<string, object>> = {
  vit: plain,
  'without rescaling': { ...plain, do_rescale: false },
  'another factor': { ...plain, rescale_factor: 1 / 127.5 },
  'not normalized': { ...plain, do_normalize: false },
  mobilevit: {
    ...{ image_processor_type: 'MobileViTImageProcessor', size: { shortest_edge: 20 }, do_normalize: false },
    ...{ do_center_crop: true, crop_size: { height: 16, width: 16 }, do_flip_channel_order: true },
  },
  efficientnet: {
    image_processor_type: 'EfficientNetImageProcessor',
    ...normal,
    size: { height: 16, width: 16 },
  },
  'efficientnet without a head': {
    ...{ image_processor_type: 'EfficientNetImageProcessor', ...normal, include_top: false },
    size: { height: 16, width: 16 },
  },
  convnext: {
    image_processor_type: 'ConvNextImageProcessor',
    ...normal,
    size: { shortest_edge: 16 },
    crop_pct: 0.8,
  },
  'convnext of large pictures': {
    ...{
      image_processor_type: 'ConvNextImageProcessor',
      ...normal,
      size: { shortest_edge: 384 },
      crop_pct: 1,
    },
  },
  deit: {
    ...{
      image_processor_type: 'DeiTImageProcessor',
      ...normal,
      size: { height: 20, width: 20 },
      resample: 3,
    },
    ...{ do_center_crop: true, crop_size: { height: 16, width: 16 } },
  },
};

/** A smooth picture: of those, all ways of making them smaller make nearly the same. */
function gradient(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [channel, x, y] = [i % 3, (Math.floor(i / 3) % width) / width, Math.floor(i / 3 / width) / height];
    return Math.round(channel === 0 ? 200 * x : channel === 1 ? 200 * y : 240 - 120 * x - 100 * y);
  });
  return { data, width, height };
}

describe.each(Object.keys(configurations))('%s', (name) => {
  const config = configurations[name] ?? {};
  test('scaling, channels and crop are those of transformers.js', async () => {
    const id = name.replaceAll(' ', '-');
    mkdirSync(join(folder, id));
    writeFileSync(join(folder, id, 'preprocessor_config.json'), JSON.stringify(config));
    // A stretched picture that is cut is taken for a cut one: on squares they are the same.
    const picture = name === 'deit' ? gradient(400, 400) : gradient(800, 400);
    const processor = await AutoProcessor.from_pretrained(id);
    const { pixel_values } = await processor(new RawImage(picture.data, picture.width, picture.height, 3));
    const theirs: Float32Array = pixel_values.data;

    const {
      height = 0,
      width = 0,
      prepare,
      standardize,
      order,
    } = describedByPreprocessor(JSON.stringify(config));
    if (prepare === undefined || standardize === undefined) throw new Error(`${name} says nothing`);
    expect(pixel_values.dims).toEqual([1, 3, height, width]);
    const shape: Shape = [height, width, 3];
    const bytes = preparePicture({ ...picture, channels: 3 }, shape, prepare);
    let largest = 0;
    for (let i = 0; i < theirs.length; i++) {
      const [channel, place] = [Math.floor(i / (height * width)), i % (height * width)];
      const byte = bytes[place * 3 + (order === 'bgr' ? 2 - channel : channel)] ?? 0;
      const [m = 0, d = 1] = [standardize.mean, standardize.deviation].map(
        (each) => each[channel] ?? each[0],
      );
      // In bytes: transformers.js takes single pixels of those that Pillow's filter averages, half a step of 12.5 away.
      largest = Math.max(largest, Math.abs((byte / 255 - m) / d - (theirs[i] ?? Number.NaN)) * d * 255);
    }
    expect(largest).toBeLessThan(9); // measured: 8
  });
});

describe('the card of configurations', () => {
  const model = decodeModel(elsewhere({ dims: ['N', 3, 24, 20] }));
  const preprocessor = JSON.stringify({
    ...normal,
    size: { shortest_edge: 32 },
    do_center_crop: true,
    crop_size: { height: 24, width: 20 },
  });
  const config = JSON.stringify({ id2label: { 0: 'a', 2: 'c', 1: 'b' } });
  const labelsSchema = z.object({ labels: z.array(z.string()) });

  test('has the classes in the order of their numbers, and the size of the graph', () => {
    const card = cardOfConfigurations(model, { config, preprocessor });
    expect(card).toMatchObject({
      labels: ['a', 'b', 'c'],
      input: { size: [24, 20], layout: 'NCHW', channels: 'RGB' },
      resize: { shorter: 32, crop: 'center' },
      output: { name: 'logits', values: 'logits' },
    });
    // As transformers calls classes that nobody named.
    expect(labelsSchema.parse(cardOfConfigurations(model, { preprocessor })).labels).toEqual([
      'LABEL_0',
      'LABEL_1',
      'LABEL_2',
    ]);
  });

  test('of timm is read from config.json alone', () => {
    const pretrained_cfg = {
      ...{ input_size: [3, 24, 20], interpolation: 'bicubic', crop_pct: 0.9, crop_mode: 'center' },
      ...{ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    };
    const file = JSON.stringify({ architecture: 'resnet18', label_names: ['a', 'b', 'c'], pretrained_cfg });
    expect(cardOfConfigurations(model, { config: file })).toMatchObject({
      ...{ description: 'resnet18', labels: ['a', 'b', 'c'] },
      input: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      resize: { filter: 'bicubic', crop: 'center' },
    });
  });

  test.each<[string, object, RegExp]>([
    [
      'no scaling',
      { config },
      /nothing says how the bytes of a picture are scaled.*preprocessor_config.json/,
    ],
    ['a damaged file', { config: '{', preprocessor }, /config.json is not JSON/],
    [
      'a wrong field',
      { config, preprocessor: '{"image_std": 3}' },
      /preprocessor_config.json is not as expected:\n.*image_std/,
    ],
    [
      'a class too few',
      { config: '{"id2label": {"0": "a", "2": "c"}}', preprocessor },
      /names of classes 0 to 1; received those of 0, 2/,
    ],
  ])('says what is wrong: %s', (_, beside, message) => {
    expect(() => cardOfConfigurations(model, beside)).toThrow(message);
  });
});
