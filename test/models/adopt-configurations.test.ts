// What is promised of the card that a model's configurations stand for: what its graph shows, what transformers' and timm's files
// say, and what is missing. The meanings are those of timm's `resolve_data_config`.
import { describe, expect, test } from 'vitest';
import { cardOfConfigurations } from '../../models/adopt/configurations.ts';
import { dataType, decodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { type Elsewhere, elsewhere } from './elsewhere.ts';

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
    [{}, { dims: ['N', 3, 'H', 6], values: 3 }, '{}', /takes pictures of any size/],
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
