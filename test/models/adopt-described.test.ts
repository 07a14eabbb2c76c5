// What is promised of the files beside a model from elsewhere: what each field means, what it is where a file is silent, and
// what is wrong with it. The meanings are those of transformers' image processors.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findBeside } from '../../models/adopt/beside.ts';
import { readPlainCard } from '../../models/adopt/card.ts';
import { describedByPreprocessor } from '../../models/adopt/preprocessor.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-described-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the files beside a model', () => {
  const place = (name: string, ...files: string[]) => {
    const inner = join(folder, name, 'onnx');
    mkdirSync(inner, { recursive: true });
    for (const file of files) writeFileSync(join(folder, name, file), '{}');
    return { model: join(inner, 'model.onnx'), of: (file: string) => join(folder, name, file) };
  };

  test('are its card.json, or the configurations beside it and above its folder', () => {
    const both = place('both', 'onnx/card.json', 'config.json');
    expect(findBeside(both.model)).toEqual({ card: both.of('onnx/card.json') });
    const hub = place('hub', 'card.json', 'config.json', 'onnx/preprocessor_config.json');
    expect(findBeside(hub.model)).toEqual({
      config: hub.of('config.json'),
      preprocessor: hub.of('onnx/preprocessor_config.json'),
    });
    const near = place('near', 'config.json', 'onnx/config.json');
    expect(Object.entries(findBeside(near.model) ?? {})).toEqual([['config', near.of('onnx/config.json')]]);
    const one = place('one', 'preprocessor_config.json');
    expect(Object.entries(findBeside(one.model) ?? {})).toEqual([
      ['preprocessor', one.of('preprocessor_config.json')],
    ]);
    expect(findBeside(place('none').model)).toBeUndefined();
  });

  test('are there where they lead nowhere, and not where their folder does', () => {
    const broken = place('broken');
    symlinkSync('nowhere', broken.of('onnx/card.json'));
    expect(findBeside(broken.model)).toEqual({ card: broken.of('onnx/card.json') });
    const circle = place('circle');
    symlinkSync('circle', circle.of('circle'));
    expect(findBeside(join(circle.of('circle'), 'model.onnx'))).toBeUndefined();
  });
});

describe('a card.json', () => {
  const least = {
    labels: ['a'],
    input: { size: [24, 20], layout: 'NCHW' },
    output: 'logits',
  };
  const read = (card: object) => readPlainCard(JSON.stringify(card));
  const withInput = (input: object) => ({ ...least, input: { ...least.input, ...input } });

  test('has what it does not say', () => {
    expect(read(least)).toEqual({
      description: '',
      labels: ['a'],
      input: {
        ...{ size: [24, 20], layout: 'NCHW', channels: 'RGB', type: 'float32' },
        ...{ scale: 255, mean: 0, std: 1 },
      },
      resize: { filter: 'bilinear', crop: 'center' },
      output: 'logits',
      golden: [],
    });
    expect(read({ ...least, resize: {} }).resize).toEqual({ filter: 'bilinear', crop: 'center' });
  });

  test.each<[string, object]>([
    ['the smallest', withInput({ size: [1, 1], mean: [0.1, 0.2, 0.3], std: [1, 2, 3] })],
    ['the largest', { ...withInput({ size: [8192, 8192] }), resize: { shorter: 8192, filter: 'bicubic' } }],
    ['one number for all channels', withInput({ channels: 'BGR', mean: 0.5, std: 0.5, type: 'float16' })],
    ['gray', withInput({ channels: 'gray', mean: [0.5], std: [0.5], scale: 1 })],
    ['of bytes', withInput({ type: 'uint8', layout: 'NHWC', mean: 0, std: [1, 1, 1] })],
    ['stretched', { ...least, resize: { crop: 'stretch' } }],
    ['with expected answers', { ...least, golden: [{ input: 'noise', probabilities: [0, 1] }] }],
    ['an output by name', { ...least, output: { name: 'y', values: 'multi-label-logits' } }],
    ['several labels', { ...least, output: 'multi-label', description: 'x' }],
    ['probabilities', { ...least, output: 'probabilities' }],
  ])('may be %s', (_, card) => {
    expect(read(card)).toMatchObject(card);
  });

  test.each<[string, object]>([
    ['labels', { ...least, labels: [] }],
    ['labels[0]', { ...least, labels: [3] }],
    ['input.size[0]', withInput({ size: [0, 20] })],
    ['input.size[1]', withInput({ size: [24, 8193] })],
    ['input.size', withInput({ size: [24] })],
    ['input.size[1]', withInput({ size: [24, 20.5] })],
    ['input.layout', withInput({ layout: undefined })],
    ['input.channels', withInput({ channels: 'RGBA' })],
    ['input.type', withInput({ type: 'int8' })],
    ['input.scale', withInput({ scale: 0 })],
    ['input.mean', withInput({ mean: [] })],
    ['input.mean', withInput({ mean: [0, 0, 0, 0] })],
    ['input.mean', withInput({ mean: [0, 0] })],
    ['input.mean', withInput({ channels: 'gray', mean: [0, 0, 0] })],
    ['input.std', withInput({ std: [1, 1] })],
    ['input.std', withInput({ std: [1, 0, 1] })],
    ['input.mean', withInput({ type: 'uint8', mean: [0, 0, 1] })],
    ['input.std', withInput({ type: 'uint8', std: [1, 2, 1] })],
    ['input.std', withInput({ type: 'uint8', std: 2 })],
    ['resize.filter', { ...least, resize: { filter: 'nearest' } }],
    ['resize.crop', { ...least, resize: { crop: 'left' } }],
    ['resize.shorter', { ...least, resize: { shorter: 30, crop: 'stretch' } }],
    ['resize.shorter', { ...least, resize: { shorter: 23 } }],
    ['resize.shorter', { ...least, resize: { shorter: 8193 } }],
    ['output', { ...least, output: 'softmax' }],
    ['output.name', { ...least, output: { name: '', values: 'logits' } }],
    ['output', { ...least, output: { name: 'y', values: 'logits', more: 1 } }],
    ['golden[0].input', { ...least, golden: [{ input: 'cat', probabilities: [1] }] }],
    ['golden[0].probabilities[0]', { ...least, golden: [{ input: 'noise', probabilities: [-0.1] }] }],
    ['golden[0].probabilities[0]', { ...least, golden: [{ input: 'noise', probabilities: [1.1] }] }],
    ['input', withInput({ more: 1 })],
    ['resize', { ...least, resize: { more: 1 } }],
    ['golden[0]', { ...least, golden: [{ input: 'noise', probabilities: [1], more: 1 }] }],
  ])('is refused by its field %s: %j', (field, card) => {
    expect(message(() => read(card)).split('\n')).toEqual([expect.stringContaining(`card.json ${field}: `)]);
  });

  test('says what an output may be, and what is wrong with all of its fields', () => {
    expect(message(() => read({ ...least, output: 'softmax' }))).toMatch(
      '"probabilities", "logits", "multi-label", "multi-label-logits", or {"name": "<output>", "values": "<one of these>"}',
    );
    const several = message(() => read({ ...withInput({ mean: [1], std: [0, 1] }), resize: { shorter: 3 } }));
    for (const line of [/input\.mean: .*one number, or 3: one for each channel/, /input\.std: .*no zero/])
      expect(several).toMatch(line);
    expect(several).toMatch(/resize\.shorter: .*at least 24, the longer side of the input/);
  });

  test('is read in old spellings, and refused where it is no JSON or is nested deeply', () => {
    const old = { ...withInput({ channels: 'grey' }), resize: { crop: 'centre' } };
    expect(read(old)).toMatchObject({ input: { channels: 'gray' }, resize: { crop: 'center' } });
    expect(() => readPlainCard('{')).toThrow(/^card\.json is not JSON: /);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(() => readPlainCard(deep)).toThrow('card.json is nested too deeply to be a card');
  });
});

describe('a preprocessor_config.json', () => {
  const read = (config: object) => describedByPreprocessor(JSON.stringify(config));
  const resized = (height: number, width: number, crop: string, shorter?: number, filter = 'bilinear') => ({
    ...{ height, width },
    prepare: { rule: 'resize', filter, crop, ...(shorter && { shorter }) },
  });
  const square = { height: 24, width: 20 };

  test.each<[string, object, object]>([
    ['nothing', {}, {}],
    ['no size', { size: null, resample: 3 }, {}],
    ['a side', { size: 24 }, resized(24, 24, 'stretch')],
    ['a side to be cut', { size: 24, do_center_crop: true }, resized(24, 24, 'center')],
    ['two sides', { size: square, resample: 2 }, resized(24, 20, 'stretch')],
    ['bicubic', { size: square, resample: 3 }, resized(24, 20, 'stretch', undefined, 'bicubic')],
    ['the shorter side', { size: { shortest_edge: 24 } }, resized(24, 24, 'center')],
    [
      'a crop that is not done',
      { size: square, crop_size: 16, do_center_crop: false },
      resized(24, 20, 'stretch'),
    ],
    [
      'a crop of the shorter side',
      { size: { shortest_edge: 32 }, crop_size: { shortest_edge: 16 }, do_center_crop: true },
      resized(16, 16, 'center', 32),
    ],
    ['a crop of a side', { size: 32, crop_size: 16, do_center_crop: true }, resized(16, 16, 'center', 32)],
    [
      'a crop of a rectangle',
      { size: 32, crop_size: square, do_center_crop: true },
      resized(24, 20, 'center', 32),
    ],
    ['a crop as large', { size: 24, crop_size: square, do_center_crop: true }, resized(24, 20, 'center')],
    [
      'a crop of what was stretched',
      { size: { height: 40, width: 30 }, crop_size: 16, do_center_crop: true, resample: 3 },
      resized(16, 16, 'center', 30, 'bicubic'),
    ],
    ['a share', { size: { shortest_edge: 24 }, crop_pct: 0.875 }, resized(24, 24, 'center', 27)],
    ['a share of 1', { size: { shortest_edge: 24 }, crop_pct: 1 }, resized(24, 24, 'center')],
    [
      'a share of less than 384',
      { size: { shortest_edge: 383 }, crop_pct: 0.5 },
      resized(383, 383, 'center', 766),
    ],
    ['no share from 384 on', { size: { shortest_edge: 384 }, crop_pct: 0.5 }, resized(384, 384, 'center')],
    [
      'ConvNext',
      { size: { shortest_edge: 224 }, image_processor_type: 'ConvNextImageProcessor' },
      resized(224, 224, 'center', 256),
    ],
    [
      'ConvNext under its old name, large',
      { size: { shortest_edge: 384 }, feature_extractor_type: 'ConvNextFeatureExtractor' },
      resized(384, 384, 'stretch'),
    ],
    [
      'ConvNext with a share',
      { size: { shortest_edge: 224 }, image_processor_type: 'ConvNextImageProcessor', crop_pct: 0.95 },
      resized(224, 224, 'center', 235),
    ],
    [
      'another family',
      {
        size: { shortest_edge: 224 },
        image_processor_type: 'NoConvNext',
        feature_extractor_type: 'ConvNext',
      },
      resized(224, 224, 'center'),
    ],
  ])('with %s has this size', (_, config, expected) => {
    const { standardize: _scaling, ...size } = read(config);
    expect(size).toEqual(expected);
  });

  test.each<[string, object, number[], number[]]>([
    ['nothing', {}, [0], [1]],
    ['mean and deviation', { image_mean: [0.5, 0.4], image_std: [0.2, 0.1] }, [0.5, 0.4], [0.2, 0.1]],
    ['no normalizing', { do_normalize: false, image_mean: [0.5], image_std: [0.2] }, [0], [1]],
    // x / 127.5 - 1, as EfficientNet's offset makes it.
    ['an offset', { rescale_factor: 1 / 127.5, rescale_offset: true, do_normalize: false }, [0.5], [0.5]],
    [
      'an offset of no factor',
      { do_rescale: false, rescale_offset: true, image_mean: [51] },
      [0.2],
      [1 / 255],
    ],
    ['no factor', { do_rescale: false, rescale_factor: 7, image_std: [51] }, [0], [0.2]],
    ['a factor', { rescale_factor: 1, image_mean: [51], image_std: [25.5] }, [0.2], [0.1]],
    ['a deviation twice', { include_top: true, image_mean: [0.5], image_std: [0.2] }, [0.5], [0.04]],
    [
      'EfficientNet',
      { image_processor_type: 'EfficientNetImageProcessor', image_std: [0.2, 0.1] },
      [0],
      [0.04, 0.01],
    ],
    [
      'EfficientNet, not twice',
      { image_processor_type: 'EfficientNet', include_top: false, image_std: [0.2] },
      [0],
      [0.2],
    ],
    ['a deviation twice, of which there is none', { include_top: true }, [0], [1]],
    ['a deviation once more', { include_top: true, do_normalize: false, image_std: [0.2] }, [0], [0.2]],
  ])('with %s has this scale', (_, config, mean, deviation) => {
    const near = (numbers: number[]) => numbers.map((each) => expect.closeTo(each, 12));
    expect(read(config)).toEqual({ standardize: { mean: near(mean), deviation: near(deviation) } });
  });

  test('says in which order the channels are', () => {
    expect([true, false, null].map((do_flip_channel_order) => read({ do_flip_channel_order }).order)).toEqual(
      ['bgr', undefined, undefined],
    );
  });

  test.each<[string, object]>([
    ['rescale_factor', { rescale_factor: 0 }],
    ['image_std.0', { image_std: [0] }],
    ['size', { size: 0 }],
    ['size', { size: 1.5 }],
    ['size', { size: { width: 3 } }],
    ['crop_pct', { crop_pct: 0 }],
    ['crop_pct', { crop_pct: 1.1 }],
    ['resample', { resample: 'bicubic' }],
    ['do_rescale', { do_rescale: 1 }],
    ['file', []],
  ])('is refused by its field %s: %j', (field, config) => {
    expect(() => read(config)).toThrow(`preprocessor_config.json is not as expected:\n  ${field}: `);
  });
});

/** What a thing that throws says. */
function message(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was expected to throw');
}
