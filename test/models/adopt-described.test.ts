// What is promised of the files beside a model from elsewhere: what each field means, what it is where a file is silent, and
// what is wrong with it. The meanings are those of transformers' image processors and of timm's `resolve_data_config`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findBeside } from '../../models/adopt/beside.ts';
import { readPlainCard } from '../../models/adopt/card.ts';
import { cardOfConfigurations } from '../../models/adopt/configurations.ts';
import { describedByPreprocessor } from '../../models/adopt/preprocessor.ts';
import { dataType, decodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { type Elsewhere, elsewhere } from './elsewhere.ts';

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

describe('the card of configurations', () => {
  const preprocessor = JSON.stringify({
    image_mean: [0.5, 0.4, 0.3],
    image_std: [0.2],
    size: { height: 24, width: 20 },
  });
  const model = (options: Partial<Elsewhere> = {}) =>
    decodeModel(elsewhere({ dims: ['N', 3, 24, 20], ...options }));
  const card = (config?: object, its: ModelProto = model(), file: string | undefined = preprocessor) =>
    cardOfConfigurations(its, {
      ...(config && { config: JSON.stringify(config) }),
      ...(file !== undefined && { preprocessor: file }),
    });
  const timm = { input_size: [3, 30, 20], mean: [0.1, 0.2, 0.3], std: [1, 2, 3] };
  const ofTimm = (more: object = {}, its = model({ dims: ['N', 3, 'H', 'W'], values: 1800 })) =>
    cardOfConfigurations(its, { config: JSON.stringify({ pretrained_cfg: { ...timm, ...more } }) });

  test('has what neither file says', () => {
    expect(card()).toEqual({
      description: '',
      labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
      input: {
        ...{ size: [24, 20], channels: 'RGB', layout: 'NCHW', type: 'float32', scale: 255 },
        ...{ mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2] },
      },
      resize: { filter: 'bilinear', crop: 'stretch' },
      output: { name: 'logits', values: 'logits' },
      golden: [],
    });
  });

  test('is called as its architecture is', () => {
    const architectures = ['ViTForImageClassification', 'other'];
    expect(card({ architectures, architecture: 'vit' }).description).toBe('ViTForImageClassification');
    expect(card({ architectures: [], architecture: 'vit' }).description).toBe('vit');
    expect(card({ architectures: null }).description).toBe('');
  });

  test.each<[string, object, object]>([
    ['alone', {}, { filter: 'bicubic', crop: 'center', shorter: undefined }],
    ['bilinear', { interpolation: 'bilinear' }, { filter: 'bilinear' }],
    // floor(20 / 0.5), as timm scales the shorter side.
    ['with a share', { crop_pct: 0.5 }, { crop: 'center', shorter: 40 }],
    ['with a share of less than the longer side', { crop_pct: 0.66 }, { shorter: undefined }],
    ['with a share that just covers the longer side', { crop_pct: 0.65 }, { shorter: undefined }],
    ['with a share of a pixel more', { crop_pct: 0.64 }, { shorter: 31 }],
    ['squashed', { crop_mode: 'squash', crop_pct: 0.5 }, { crop: 'stretch', shorter: undefined }],
  ])('of timm is resized as timm does: %s', (_, more, resize) => {
    const { resize: got, input } = ofTimm(more);
    expect({ shorter: undefined, ...got }).toMatchObject(resize);
    expect(input).toMatchObject({ size: [30, 20], mean: [0.1, 0.2, 0.3], std: [1, 2, 3] });
  });

  test('of timm keeps 0.875 of a picture where its file is silent', () => {
    const square = model({ dims: ['N', 3, 'H', 'W'], values: 3 });
    expect(ofTimm({ input_size: [3, 224, 224] }, square).resize.shorter).toBe(256);
  });

  test('takes the preprocessor where both are there', () => {
    const got = card({ pretrained_cfg: timm });
    expect(got).toMatchObject({
      input: { size: [24, 20], mean: [0.5, 0.4, 0.3] },
      resize: { filter: 'bilinear' },
    });
  });

  test.each<[string, Partial<Elsewhere>, object]>([
    ['NCHW', { dims: ['N', 3, 8, 6] }, { layout: 'NCHW', size: [8, 6], channels: 'RGB' }],
    ['NHWC', { dims: ['N', 8, 6, 3] }, { layout: 'NHWC', size: [8, 6], channels: 'RGB' }],
    ['gray', { dims: ['N', 1, 8, 6] }, { layout: 'NCHW', channels: 'gray', mean: [0.5], std: [0.2] }],
    ['gray and NHWC', { dims: ['N', 8, 6, 1] }, { layout: 'NHWC', channels: 'gray' }],
    ['three wide and NCHW', { dims: ['N', 3, 8, 3] }, { layout: 'NCHW', size: [8, 3] }],
    ['one wide and NCHW', { dims: ['N', 1, 8, 1] }, { layout: 'NCHW', size: [8, 1], channels: 'gray' }],
    ['any height', { dims: ['N', 3, 'H', 6], values: 3 }, { size: [24, 6] }],
    ['any width', { dims: ['N', 3, 8, -1], values: 3 }, { size: [8, 20] }],
    ['any channels', { dims: ['N', 'C', 8, 6], values: 3 }, { channels: 'RGB' }],
    ['bytes', { dims: ['N', 8, 6, 3], type: dataType.UINT8 }, { type: 'uint8', mean: 0, std: 1 }],
  ])('takes what the graph takes: %s', (_, options, input) => {
    expect(card({}, model(options)).input).toMatchObject(input);
  });

  test('is BGR where the preprocessor says so, but not of a gray picture', () => {
    const flipped = JSON.stringify({ size: 8, do_flip_channel_order: true });
    expect(card({}, model(), flipped).input.channels).toBe('BGR');
    expect(card({}, model({ dims: ['N', 1, 8, 6] }), flipped).input.channels).toBe('gray');
  });

  test('cuts the middle out of a picture where there is more of it than the graph takes', () => {
    const cut = (edge: number) => JSON.stringify({ size: edge, crop_size: 10, do_center_crop: true });
    const shorter = (edge: number) => card({}, model(), cut(edge)).resize.shorter;
    expect([shorter(23), shorter(24), shorter(30)]).toEqual([undefined, 24, 30]);
    // Bytes need no scale, and so no file at all.
    const bytes = model({ type: dataType.UINT8 });
    expect(cardOfConfigurations(bytes, { config: '{}' }).resize).toEqual({
      filter: 'bilinear',
      crop: 'center',
    });
  });

  test('has the names of its classes from whichever file has them', () => {
    expect(card({ label_names: ['x', 'y', 'z'] }).labels).toEqual(['x', 'y', 'z']);
    expect(card({ id2label: { 0: 'a' }, label_names: ['x'] }).labels).toEqual(['a']);
    expect(() => card({ id2label: { 1: 'a', 2: 'b' } })).toThrow(
      'id2label: expected the names of classes 0 to 1; received those of 1, 2',
    );
    const open = model();
    for (const { type } of open.graph.output) delete type?.tensor_type?.shape;
    expect(() => card({}, open)).toThrow(/nothing says what its classes are called: .* card\.json beside it/);
  });

  test.each<[string | undefined, object, string]>([
    [undefined, {}, 'logits'],
    ['Softmax', { problem_type: 'multi_label_classification' }, 'probabilities'],
    ['Sigmoid', {}, 'multi-label'],
    [undefined, { problem_type: 'multi_label_classification' }, 'multi-label-logits'],
    [undefined, { problem_type: 'single_label_classification' }, 'logits'],
  ])('after a last node %s and %j gives %s', (op_type, config, values) => {
    const its = model();
    if (op_type) for (const node of its.graph.node.slice(-1)) node.op_type = op_type;
    expect(card(config, its).output).toEqual({ name: 'logits', values });
  });

  test('gives the output that is called logits, or the first', () => {
    const its = model({ names: ['input', 'y', 'flat'] });
    const [first] = its.graph.output;
    expect(card({}, its).output).toMatchObject({ name: 'y' });
    if (first) its.graph.output.push({ ...first, name: 'logits' });
    expect(card({}, its).output).toMatchObject({ name: 'logits' });
  });

  test.each<[object, Partial<Elsewhere>, string | undefined, RegExp]>([
    [
      {},
      { dims: ['N', 3, 'H', 'W'], values: 3 },
      '{}',
      /takes pictures of any size, and no preprocessor_config\.json/,
    ],
    [{}, { dims: ['N', 3, 8, 'W'], values: 3 }, '{}', /takes pictures of any size/],
    [{}, {}, undefined, /nothing says how the bytes of a picture are scaled/],
    [
      { pretrained_cfg: { ...timm, std: [0] } },
      {},
      undefined,
      /config\.json is not as expected:\n {2}pretrained_cfg\.std\.0/,
    ],
    [{ pretrained_cfg: { ...timm, crop_pct: 0 } }, {}, undefined, /pretrained_cfg\.crop_pct/],
    [{ pretrained_cfg: { ...timm, input_size: [3, 0, 1] } }, {}, undefined, /pretrained_cfg\.input_size/],
    [{ pretrained_cfg: { ...timm, input_size: [3, 1, 0] } }, {}, undefined, /pretrained_cfg\.input_size/],
    [{ label_names: [] }, {}, preprocessor, /of its configurations, labels/],
  ])('is refused in words: %j', (config, options, file, message) => {
    const beside = { config: JSON.stringify(config), ...(file !== undefined && { preprocessor: file }) };
    expect(() => cardOfConfigurations(model(options), beside)).toThrow(message);
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
