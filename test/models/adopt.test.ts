// What is promised of a model from elsewhere with a card.json: Python's answers for its own file, and words for what is wrong.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { adoptModel } from '../../models/adopt/index.ts';
import { readCard } from '../../models/card.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { dataType } from '../../models/onnx/schema.ts';
import { InferenceSession, Tensor } from '../../setup/libraries/onnxruntime.ts';
import { python } from '../python.ts';
import { type Elsewhere, elsewhere } from './elsewhere.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-adopt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const card = {
  labels: ['a', 'b', 'c'],
  input: { size: [24, 20], layout: 'NCHW', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  output: 'logits',
};

const reference = `
import sys, json, numpy, onnxruntime
from PIL import Image
path, rule = sys.argv[1], json.loads(sys.argv[3])
picture = Image.open(sys.argv[2]).convert('L' if rule['channels'] == 'gray' else 'RGB')
h, w = rule['size']
if rule.get('shorter'):
    s = rule['shorter']
    pw, ph = picture.size
    picture = picture.resize((s, int(s * ph / pw)) if pw <= ph else (int(s * pw / ph), s), Image.BICUBIC if rule['filter'] == 'bicubic' else Image.BILINEAR)
    top, left = int(round((picture.height - h) / 2)), int(round((picture.width - w) / 2))
    picture = picture.crop((left, top, left + w, top + h))
else:
    picture = picture.resize((w, h), Image.BICUBIC if rule['filter'] == 'bicubic' else Image.BILINEAR)
x = numpy.asarray(picture)
if rule['channels'] == 'gray': x = x[:, :, None]
if rule['channels'] == 'BGR': x = x[:, :, ::-1]
if rule['type'] == 'float32':
    x = ((x / numpy.float32(255) - numpy.float32(rule['mean'])) / numpy.float32(rule['std'])).astype(numpy.float32)
x = x[None]
if rule['layout'] == 'NCHW': x = x.transpose(0, 3, 1, 2)
session = onnxruntime.InferenceSession(path)
logits = session.run(None, {session.get_inputs()[0].name: numpy.ascontiguousarray(x)})[0].astype(numpy.float64)
e = numpy.exp(logits - logits.max())
print(json.dumps((e / e.sum())[0].tolist()))
`;

describe('answers as Python does with the model as it came', () => {
  const plain = { size: [24, 20], mean: [0, 0, 0], std: [1, 1, 1], filter: 'bilinear', channels: 'RGB' };
  const cases: [string, Elsewhere, object, Record<string, unknown>][] = [
    [
      'NCHW, mean and std, the shorter side resized first',
      { dims: ['batch', 3, 24, 20] },
      { ...card, resize: { filter: 'bicubic', crop: 'center', shorter: 30 } },
      { ...card.input, type: 'float32', filter: 'bicubic', shorter: 30, channels: 'RGB' },
    ],
    [
      'NHWC, BGR, stretched, for one picture at a time',
      { dims: [1, 24, 20, 3] },
      { ...card, input: { size: [24, 20], layout: 'NHWC', channels: 'BGR' }, resize: { crop: 'stretch' } },
      { ...plain, layout: 'NHWC', type: 'float32', channels: 'BGR' },
    ],
    [
      'uint8 NCHW, with our own names for other things',
      { dims: ['N', 3, 24, 20], type: dataType.UINT8, names: ['x', 'probabilities', 'image'] },
      { ...card, input: { size: [24, 20], layout: 'NCHW', type: 'uint8' }, resize: { crop: 'stretch' } },
      { ...plain, layout: 'NCHW', type: 'uint8' },
    ],
    [
      'gray',
      { dims: ['N', 24, 20, 1] },
      {
        ...card,
        input: { size: [24, 20], layout: 'NHWC', channels: 'gray', mean: 0.5, std: 0.25 },
        resize: { crop: 'stretch' },
      },
      { ...plain, layout: 'NHWC', type: 'float32', channels: 'gray', mean: [0.5], std: [0.25] },
    ],
  ];

  test.each(cases)('%s', async (name, options, cardJson, rule) => {
    const place = join(folder, name.replace(/\W+/g, '-'));
    mkdirSync(place);
    const [path, picturePath] = [join(place, 'model.onnx'), join(place, 'picture.png')];
    const bytes = elsewhere(options);
    writeFileSync(path, bytes);
    const pixels = Uint8Array.from(
      { length: 61 * 47 * 3 },
      (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) & 255,
    );
    await sharp(pixels, { raw: { width: 61, height: 47, channels: 3 } })
      .png()
      .toFile(picturePath);

    const own = adoptModel('elsewhere', bytes, { card: JSON.stringify(cardJson) }, path);
    const { input } = readCard(own);
    const picture = { data: pixels, width: 61, height: 47, channels: 3 as const };
    const session = await InferenceSession.create(own, { logSeverityLevel: 3 });
    const image = new Tensor('uint8', preparePicture(picture, input.shape, input.prepare), [
      1,
      ...input.shape,
    ]);
    const { probabilities } = await session.run({ image });
    const theirs: number[] = JSON.parse(python(reference, [path, picturePath, JSON.stringify(rule)]));
    for (const [i, expected] of theirs.entries()) {
      expect(Math.abs(Number(probabilities?.data[i]) - expected)).toBeLessThan(2e-7); // measured: 5.5e-8
    }
  });

  test('its own metadata stays, and the weights are counted', () => {
    const own = adoptModel(
      'elsewhere',
      elsewhere({ dims: ['N', 3, 24, 20] }),
      { card: JSON.stringify(card) },
      join(folder, 'model.onnx'),
    );
    expect(readCard(own)).toMatchObject({ architecture: { name: 'elsewhere', parameters: 24 * 20 * 3 * 3 } });
    expect(Buffer.from(own).includes('somebody')).toBe(true);
  });
});

test.each<[string, object, Elsewhere, RegExp]>([
  [
    'layout',
    { ...card, input: { ...card.input, layout: 'NHCW' } },
    { dims: ['N', 3, 24, 20] },
    /card.json input.layout: received "NHCW", expected "NCHW" or "NHWC"/,
  ],
  [
    'size',
    { ...card, input: { ...card.input, size: [24] } },
    { dims: ['N', 3, 24, 20] },
    /card.json input.size/,
  ],
  [
    'labels',
    { ...card, labels: ['a', 'b'] },
    { dims: ['N', 3, 24, 20] },
    /card.json labels: received 2, but the model's output "logits" has 3 classes/,
  ],
  [
    'type',
    card,
    { dims: ['N', 3, 24, 20], type: dataType.UINT8 },
    /card.json input.type: received "float32", but the model's input "input" is uint8/,
  ],
  [
    'shape',
    card,
    { dims: ['N', 24, 20, 3] },
    /card.json input: received NCHW of \[N,3,24,20\], but the model's input "input" is \[N,24,20,3\]/,
  ],
  [
    'mean',
    { ...card, input: { ...card.input, mean: [1, 2] } },
    { dims: ['N', 3, 24, 20] },
    /card.json input.mean: received \[1,2\], expected one number, or 3/,
  ],
  [
    'std',
    { ...card, input: { ...card.input, std: 0 } },
    { dims: ['N', 3, 24, 20] },
    /card.json input.std: received 0, expected no zero/,
  ],
  [
    'an unknown field',
    { ...card, output_kind: 1 },
    { dims: ['N', 3, 24, 20] },
    /card.json: received output_kind, which it does not have/,
  ],
  [
    'shorter',
    { ...card, resize: { shorter: 8 } },
    { dims: ['N', 3, 24, 20] },
    /card.json resize.shorter: received 8, expected at least 24/,
  ],
])('a card.json that is wrong in %s says so', (_, wrong, options, message) => {
  expect(() =>
    adoptModel('x', elsewhere(options), { card: JSON.stringify(wrong) }, join(folder, 'model.onnx')),
  ).toThrow(message);
});
