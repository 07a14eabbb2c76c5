// What is promised of a picture of a kind that a model does not know: server, Open Inference Protocol, library and predict say
// so, with the score that Python's onnxruntime reads from the file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawStrokes } from '../../export/novelty/draw.ts';
import { linesOf } from '../../export/novelty/hand.ts';
import { withDigest } from '../../models/card-proof.ts';
import { withCard } from '../../models/complete-card.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { createApp } from '../../serve/app.ts';
import { type Engine, openEngine } from '../../serve/engine/index.ts';
import { loadModel } from '../../serve/library/load-model.ts';
import { defaultLimits } from '../../serve/settings/limits.ts';
import { repositoryFolder, root } from '../../setup/paths.mjs';
import { python } from '../python.ts';
import { shippedModels } from '../shipped.ts';
import { readSingleCard } from '../single-card.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-strange-'));
const path = shippedModels.digits;
const { threshold = Number.NaN } = readSingleCard(readFileSync(path)).novelty ?? {};
const limits = defaultLimits;

/** A digit, a letter that no detector was shown, and a heart. */
const drawings = {
  seven: linesOf('10 70 38'),
  letter: linesOf('08 10 46 70 88'),
  heart: linesOf('42 31 20 10 01 02 03 25 48 63 83 82 81 70 60 51 42'),
};
const names = Object.keys(drawings) as (keyof typeof drawings)[];
const files = new Map<string, Buffer>();
/** By Python. */
let scores: number[];
let engine: Engine;
let app: ReturnType<typeof createApp>;

const score = `
import sys, numpy, onnxruntime
images = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(-1, 28, 28, 1)
print(*onnxruntime.InferenceSession(sys.argv[1]).run(['novelty'], {'image': images})[0].ravel())`;

beforeAll(async () => {
  const inputs: Uint8Array[] = [];
  for (const name of names) {
    const picture = drawStrokes(drawings[name], 2.5);
    inputs.push(preparePicture(picture, [28, 28, 1], { rule: 'digit' }));
    const raw = { width: picture.width, height: picture.height, channels: 1 } as const;
    const file = await sharp(Buffer.from(picture.data), { raw }).png().toBuffer();
    files.set(name, file);
    writeFileSync(join(folder, `${name}.png`), file);
  }
  scores = python(score, [path], Buffer.concat(inputs)).trim().split(' ').map(Number);
  engine = openEngine({
    repository: repositoryFolder,
    only: 'digits',
    threads: 1,
    watch: 0,
    limits,
    log: () => {},
  });
  await engine.load();
  app = createApp({ engine, limits, log: () => {} });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const close = (value: number) => expect.closeTo(value, 5);

test('the drawings are what the test needs: a digit, and two that are none', () => {
  expect(scores.map((value) => value <= threshold)).toEqual([true, false, false]);
});

test('POST /classify has `known` and `novelty` beside the labels, for one picture and for several', async () => {
  const form = new FormData();
  for (const name of names) form.append('img', new Blob([new Uint8Array(files.get(name) ?? [])]), name);
  const many = await (await app.request('/classify?top=1', { method: 'POST', body: form })).json();
  expect(many.results).toEqual(
    names.map((name, i) =>
      expect.objectContaining({ file: name, known: i === 0, novelty: close(scores[i] ?? Number.NaN) }),
    ),
  );
  const body = new Uint8Array(files.get('heart') ?? []);
  const one = await (await app.request('/classify', { method: 'POST', body })).json();
  expect(Object.keys(one)).toEqual([
    'model',
    'version',
    'task',
    'label',
    'probability',
    'predictions',
    'known',
    'novelty',
    'timings',
  ]);
  expect(one).toMatchObject({ known: false, novelty: close(scores[2] ?? Number.NaN) });
});

test('the Open Inference Protocol has it as an output: with all of them, alone, and in the metadata', async () => {
  const { outputs } = await (await app.request('/v2/models/digits')).json();
  expect(outputs).toEqual([
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 10] },
    { name: 'novelty', datatype: 'FP32', shape: [-1, 1] },
  ]);
  const data = names.map((name) => files.get(name)?.toString('base64'));
  const infer = async (more: object) => {
    const inputs = [{ name: 'image', datatype: 'BYTES', shape: [names.length], data }];
    const body = JSON.stringify({ inputs, ...more });
    return (await app.request('/v2/models/digits/infer', { method: 'POST', body })).json();
  };
  const all = await infer({});
  expect(all.outputs.map(({ name }: { name: string }) => name)).toEqual(['probabilities', 'novelty']);
  const alone = await infer({ outputs: [{ name: 'novelty' }] });
  expect(alone.outputs).toEqual([
    { name: 'novelty', datatype: 'FP32', shape: [3, 1], data: scores.map(close) },
  ]);
  const classes = await infer({ outputs: [{ name: 'novelty', parameters: { classification: 1 } }] });
  expect(classes.error).toMatch(/"novelty" has no classes/);
  expect((await infer({ outputs: [{ name: 'x' }] })).error).toMatch(/expected "probabilities" or "novelty"/);
});

test('the library says it of each picture', async () => {
  await using model = await loadModel(path, { threads: 1 });
  const answers = await model.classify(names.map((name) => new Uint8Array(files.get(name) ?? [])));
  expect(answers).toEqual(
    names.map((_, i) => expect.objectContaining({ known: i === 0, novelty: close(scores[i] ?? Number.NaN) })),
  );
});

test('a file whose scores are not those of its card is not opened', async () => {
  const file = decodeModel(readFileSync(path));
  const card = readSingleCard(readFileSync(path));
  const golden = card.golden.map((each, i) =>
    i === 1 ? { ...each, novelty: (each.novelty ?? 0) + 0.01 } : each,
  );
  const changed = encodeModel(withCard(file, withDigest({ ...card, golden })));
  await expect(loadModel(changed, { threads: 1 })).rejects.toThrow(
    /for the built-in picture "ramp" its novelty differs from its card by 1\.0e-2, more than 0\.0001/,
  );
});

test('predict says it on the terminal, and in the columns of a file', () => {
  const out = join(folder, 'found.csv');
  const paths = names.map((name) => join(folder, `${name}.png`));
  const run = (...more: string[]) =>
    execFileSync(
      process.execPath,
      [join(root, 'bin/trainyard.mjs'), 'predict', 'digits', ...paths, ...more],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
  const lines = run('--top', '1', '--out', out).trim().split('\n');
  expect(lines[0]).toMatch(/seven\.png: 7 \d/);
  for (const line of lines.slice(1)) expect(line).toMatch(/\.png: not one of its labels; it would be \d \d/);
  const [header = '', ...rows] = readFileSync(out, 'utf8').trim().split('\n');
  expect(header).toBe('file,model,label,probability,error,known,novelty,digest');
  const at = (row: string, name: string) => row.split(',')[header.split(',').indexOf(name)];
  expect(rows.map((row) => at(row, 'known'))).toEqual(['true', 'false', 'false']);
  for (const [i, row] of rows.entries()) expect(Number(at(row, 'novelty'))).toBeCloseTo(scores[i] ?? 0, 5);
  expect(run('--top', '1', '--out', out)).toBe(''); // they are there already
});
