// What is promised of `load(model).classify(picture)` in Python: the answers of `loadModel` here, and mistakes in words.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import { systemReason } from '../../models/system-reason.ts';
import { loadModel } from '../../public/index.ts';
import { modelsFolder, root } from '../../setup/paths.mjs';
import { pngs } from '../models/image/corpus/pngs.ts';
import { colors, tinyModel, wrongGolden } from '../serve/tiny-model.ts';
import { drawn } from './pictures.ts';
import { runtime } from './runtime.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-python-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const shipped = (name: string) => join(modelsFolder, name, '1', 'model.onnx');

/** Classifies files by a model; of those that cannot be read it gives the message. */
const classify = `
from dataclasses import asdict
model = trainyard_runtime.load(sys.argv[1], check=True)
answers = model.classify_all(sys.argv[2:])
print(json.dumps([str(a) if isinstance(a, Exception) else asdict(a) for a in answers]))
`;

async function drawings(): Promise<string[]> {
  const paths: string[] = [];
  for (const [i, { picture }] of fc.sample(drawn, { numRuns: 60, seed: 3 }).entries()) {
    const { data, width, height, channels } = picture;
    const path = join(folder, `drawn-${i}.png`);
    await sharp(data, { raw: { width, height, channels } }).png().toFile(path);
    paths.push(path);
  }
  return paths;
}

function odd(): string[] {
  return fc.sample(pngs, { numRuns: 60, seed: 5 }).flatMap(({ bytes, aside }, i) => {
    if (aside !== undefined) return [];
    const path = join(folder, `odd-${i}.png`);
    writeFileSync(path, bytes);
    return [path];
  });
}

it.each(['digits', 'cifar'])('answers as loadModel does: %s', async (name) => {
  const paths = [join(root, 'digit.png'), join(root, 'cat.png'), ...(await drawings()), ...odd()];
  const theirs = runtime(classify, [shipped(name), ...paths]);
  if (!Array.isArray(theirs)) throw new Error('no list came back');
  const model = await loadModel(shipped(name), { workers: 1 });
  try {
    let known = 0;
    for (const [i, path] of paths.entries()) {
      const ours = await model.classify(path).catch(() => undefined);
      if (ours === undefined) {
        expect(theirs[i], path).toMatch(/./);
        continue;
      }
      const { label, probability, predictions } = theirs[i];
      expect({ label, known: theirs[i].known ?? undefined }, path).toEqual({
        label: ours.label,
        known: ours.known,
      });
      expect(Math.abs(probability - ours.probability), path).toBeLessThan(1e-6);
      const off = ours.predictions.map((one, k) => Math.abs(one.probability - predictions[k].probability));
      expect(Math.max(...off), path).toBeLessThan(1e-6); // measured: 0
      if (ours.novelty !== undefined)
        expect(Math.abs(theirs[i].novelty - ours.novelty), path).toBeLessThan(1e-6);
      if (ours.known === true) known++;
    }
    if (name === 'digits') expect(known).toBeGreaterThan(3);
  } finally {
    await model.close();
  }
});

it('takes a path, bytes, an image of PIL and an array, and gives as many predictions as are asked for', () => {
  const answers = runtime(
    `
from PIL import Image
model = trainyard_runtime.load(pathlib.Path(sys.argv[1]).read_bytes(), threads=1)
path = pathlib.Path(sys.argv[2])
image = Image.open(path)
pictures = [path, str(path), path.read_bytes(), image, np.asarray(image.convert('RGBA'))]
print(json.dumps([[p.probability for p in model.classify(one, top=2).predictions] for one in pictures]))
`,
    [shipped('digits'), join(root, 'digit.png')],
  );
  expect(answers).toHaveLength(5);
  const [first, ...others] = answers as number[][];
  expect(first).toHaveLength(2);
  for (const other of others) expect(other).toEqual(first);
});

it('makes the built-in pictures to the byte', () => {
  const shapes = [
    [28, 28, 1],
    [33, 17, 3],
    [1, 1, 1],
  ] as const;
  const theirs = runtime(
    `
from trainyard_runtime.golden import golden_input
print(json.dumps([golden_input(n, tuple(s)).tobytes().hex() for n, s in json.loads(sys.argv[1])]))
`,
    [JSON.stringify(goldenNames.flatMap((name) => shapes.map((shape) => [name, shape])))],
  );
  expect(theirs).toEqual(
    goldenNames.flatMap((name) =>
      shapes.map((shape) => Buffer.from(goldenInput(name, shape)).toString('hex')),
    ),
  );
});

it('says what is wrong with a model', async () => {
  const wrong = await tinyModel({ ...colors, change: wrongGolden });
  const fine = await tinyModel(colors);
  const text = Buffer.from(fine.bytes).toString('latin1');
  const changed = (from: string, to: string) => Buffer.from(text.replace(from, to), 'latin1');
  expect(text).toContain('"filter":"bilinear"');
  const files: [bytes: Uint8Array, message: RegExp][] = [
    [wrong.bytes, /^for the built-in picture "\w+" it differs from its card by .*, more than 0.0001/],
    [changed('trainyard.card', 'trainyard.cord'), /^the model has no card: expected its metadata to hold/],
    [changed('"filter":"bilinear"', '"filter":"lanczos3"'), /^card\.input\.prepare: received .*lanczos3/],
    [
      changed('"crop":"stretch"', '"crop":"entropy"'),
      /^card\.input\.prepare\.crop: received "entropy", expected/,
    ],
    [changed('trainyard-card/1', 'trainyard-card/3'), /^card\.format: received "trainyard-card\/3"/],
    [changed('trainyard-card/1', 'trainyard-card/2'), /^card\.task: received nothing, expected "multi"/],
    [Buffer.from('no model'), /^onnxruntime cannot open the model/],
  ];
  for (const [bytes, message] of files) {
    const script = `
try:
    trainyard_runtime.load(sys.stdin.buffer.read(), check=True)
    print('"it was opened"')
except trainyard_runtime.TrainyardError as error:
    print(json.dumps(str(error)))
`;
    expect(runtime(script, [], Buffer.from(bytes))).toMatch(message);
  }
});

it('says what is wrong with a picture, and answers for the others', () => {
  const cut = join(folder, 'cut.png');
  writeFileSync(cut, readFileSync(join(root, 'cat.png')).subarray(0, 400));
  const text = join(folder, 'text.png');
  writeFileSync(text, 'no picture');
  const missing = join(folder, 'missing.png');
  const answers = runtime(classify, [shipped('cifar'), cut, text, join(root, 'cat.png'), missing]);
  expect(answers).toEqual([
    expect.stringMatching(/^the picture could not be decoded: /),
    expect.stringMatching(/^it is no JPEG, PNG, WebP, GIF, BMP or TIFF/),
    expect.objectContaining({ label: 'cat' }),
    'it cannot be read: it is not there',
  ]);
  const refused = runtime(
    `
import io
from PIL import Image
def saved():
    file = io.BytesIO()
    Image.effect_noise((60, 60), 50).save(file, 'JPEG')
    return file.getvalue()
closed = Image.open(io.BytesIO(saved()))
closed.close()
cut = Image.open(io.BytesIO(saved()[:900]))
model = trainyard_runtime.load(sys.argv[1])
pictures = [np.zeros((9, 9, 3)), closed, cut, Image.new('RGB', (0, 5)), Image.new('La', (5, 5)), Image.new('RGB', (5, 5))]
print(json.dumps([str(a) if isinstance(a, Exception) else len(a.predictions) for a in model.classify_all(pictures)]))
`,
    [shipped('cifar')],
  );
  expect(refused).toEqual([
    'received an array [9, 9, 3] of float64, expected [H,W], [H,W,1], [H,W,3] or [H,W,4] of uint8, from 0 to 255',
    'the picture could not be decoded: Operation on closed image',
    expect.stringMatching(/^the picture could not be decoded: image file is truncated/),
    'it has 0x5 pixels, expected one at least',
    'the picture could not be decoded: conversion from La to L not supported',
    10,
  ]);
});

it('says why a file cannot be read in the words of predict, and which it is where only one is asked for', () => {
  const loop = join(folder, 'loop.png');
  symlinkSync(loop, loop);
  const paths = [
    join(folder, 'none.png'),
    folder,
    join(root, 'cat.png', 'below.png'),
    loop,
    join(folder, 'n'.repeat(300)),
  ];
  const words = paths.map((path) => {
    try {
      readFileSync(path);
      return 'it was read';
    } catch (error) {
      return `it cannot be read: ${systemReason(error)}`;
    }
  });
  expect(runtime(classify, [shipped('digits'), ...paths])).toEqual(words);
  const one = `
try:
    trainyard_runtime.load(sys.argv[1]).classify(sys.argv[2])
except trainyard_runtime.PictureError as error:
    print(json.dumps(str(error)))
`;
  expect(runtime(one, [shipped('digits'), paths[0] ?? ''])).toBe(`${paths[0]}: ${words[0]}`);
});

it.each([
  ["classify('digit.png', top=0)", 'top: received 0, expected a whole number from 1, or None for all labels'],
  ["classify('digit.png', top=1.5)", 'top: received 1.5, expected a whole number from 1, or None'],
  [
    "classify_all('digit.png')",
    'pictures: received one str, expected a list; classify takes a single picture',
  ],
  [
    'run(np.zeros((2, 28, 28, 3), np.uint8))',
    'inputs: received [2, 28, 28, 3] of uint8, expected [N,28,28,1] of uint8',
  ],
  [
    'run(np.zeros((2, 28, 28, 1)))',
    'inputs: received [2, 28, 28, 1] of float64, expected [N,28,28,1] of uint8',
  ],
])('says what is wrong with %s', (call, message) => {
  const script = `
model = trainyard_runtime.load(sys.argv[1])
try:
    print(json.dumps(str(model.${call})))
except trainyard_runtime.TrainyardError as error:
    print(json.dumps(str(error)))
`;
  expect(runtime(script, [shipped('digits')])).toContain(message);
});
