// What is promised of models of several labels and of numbers: library, server, client and inference protocol say the same of
// them, and it is what Python's onnxruntime says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDigest } from '../../models/card-proof.ts';
import { withCard } from '../../models/complete-card.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { createClient, ServerError } from '../../public/client.ts';
import { loadModel, type Model } from '../../public/index.ts';
import { createHandler } from '../../public/serve.ts';
import { python } from '../python.ts';
import { labelsModel, numbersModel, type TaskModel } from './task-model.ts';
import { tinyModel } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-tasks-'));
/** Of 2 x 2 pixels, and what Python answers to each. */
const pictures = [
  ['red', [255, 0, 0]],
  ['white', [255, 255, 255]],
  ['black', [0, 0, 0]],
  ['teal', [0, 120, 160]],
] as const;
const pixels = pictures.map(([, color]) => ({
  data: Uint8Array.from({ length: 12 }, (_, i) => color[i % 3] ?? 0),
  ...{ width: 2, height: 2, channels: 3 as const },
}));

let tints: TaskModel<'multi'>;
let counts: TaskModel<'regression'>;
let labels: Model<'multi'>;
let numbers: Model<'regression'>;
let expectedLabels: number[][];
let expectedNumbers: number[][];

const script = `
import json, sys, numpy, onnxruntime
images = numpy.array(json.loads(sys.argv[2]), numpy.uint8).reshape(-1, 2, 2, 3)
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
print(json.dumps(session.run(None, {'image': images})[0].tolist()))`;

function inPython(name: string, { bytes }: { readonly bytes: Uint8Array }): number[][] {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, bytes);
  return JSON.parse(python(script, [path, JSON.stringify(pixels.map(({ data }) => [...data]))]));
}

beforeAll(async () => {
  [tints, counts] = [await labelsModel(), await numbersModel()];
  labels = await loadModel(tints.bytes, { task: 'multi', threads: 1 });
  numbers = await loadModel(counts.bytes, { task: 'regression', threads: 1 });
  [expectedLabels, expectedNumbers] = [inPython('tints', tints), inPython('counts', counts)];
});
afterAll(async () => {
  await labels.close();
  await numbers.close();
  rmSync(folder, { recursive: true });
});

/** 7 decimals of a probability; of numbers, in units of their deviation. */
const DECIMALS = 6;

describe('several labels', () => {
  it('are those at their thresholds, the most probable first; perhaps none', async () => {
    const answers = await labels.classify(pixels);
    for (const [i, answer] of answers.entries()) {
      const row = expectedLabels[i] ?? [];
      expect(answer.probabilities).toHaveLength(3);
      for (const [k, value] of row.entries()) expect(answer.probabilities[k]).toBeCloseTo(value, DECIMALS);
      const over = ['red', 'green', 'blue'].filter((_, k) => (row[k] ?? 0) >= ([0.5, 0.75, 0.25][k] ?? 1));
      expect(answer.labels.map(({ label }) => label).toSorted()).toEqual(over.toSorted());
      const order = answer.labels.map(({ probability }) => probability);
      expect(order).toEqual(order.toSorted((a, b) => b - a));
    }
    const said = answers.map((answer) => answer.labels.map(({ label }) => label));
    expect(said).toEqual([['red'], ['red', 'green', 'blue'], [], ['blue']]);
  });

  it('are all there however few predictions are asked for, which have all labels with their thresholds', async () => {
    const [, white] = await labels.classify(pixels, { top: 1 });
    expect(white).toMatchObject({ task: 'multi', labels: [{}, {}, {}] });
    expect(white?.predictions).toHaveLength(1);
    const [first] = await labels.classify(pixels);
    expect(first?.predictions.map(({ label, threshold }) => [label, threshold])).toEqual([
      ['red', 0.5],
      ['green', 0.75],
      ['blue', 0.25],
    ]);
    expect(first).not.toHaveProperty('label');
  });
});

describe('numbers', () => {
  it('have their names, their units, and say which are outside of what was trained on', async () => {
    const answers = await numbers.classify(pixels);
    for (const [i, answer] of answers.entries()) {
      const row = expectedNumbers[i] ?? [];
      for (const [k, name] of ['x', 'count', 'file'].entries())
        expect((answer.values[name] ?? Number.NaN) / (numbers.card.ranges[k]?.deviation ?? 1)).toBeCloseTo(
          (row[k] ?? 0) / (numbers.card.ranges[k]?.deviation ?? 1),
          DECIMALS,
        );
      const outside = ['x', 'count', 'file'].filter((_, k) => {
        const { min, max } = numbers.card.ranges[k] ?? { min: 0, max: 0 };
        return (row[k] ?? 0) < min || (row[k] ?? 0) > max;
      });
      expect(answer.outside).toEqual(outside);
    }
    expect(answers.map(({ outside }) => outside)).toEqual([
      ['x', 'count', 'file'],
      ['x', 'count', 'file'],
      ['x', 'count', 'file'],
      ['x'],
    ]);
  });
});

it('a model of another task than its caller reads is refused, with what to do', async () => {
  await expect(loadModel(tints.bytes)).rejects.toMatchObject({
    name: 'ModelError',
    reason: 'model',
    message: `tints: it answers with several labels, expected one label: give the option task: 'multi', or 'any' for whatever a model answers with`,
  });
  await expect(loadModel(counts.bytes, { task: 'multi' })).rejects.toThrow(
    /it answers with numbers, expected several labels/,
  );
  const { bytes } = await tinyModel();
  await expect(loadModel(bytes, { task: 'regression' })).rejects.toThrow(
    /it answers with one label, expected numbers/,
  );
  // @ts-expect-error: what scripts without types may give.
  await expect(loadModel(bytes, { task: 'ordinal' })).rejects.toThrow(
    'task: received "ordinal", expected single, multi, regression or any',
  );
  await using model = await loadModel(bytes, { task: 'any', threads: 1 });
  expect(model.card.task).toBe('single');
});

it('a file whose answers are not those of its card is not opened', async () => {
  const off = (deviations: number) => {
    const { card, bytes } = counts;
    const golden = card.golden.map((each, i) => ({
      ...each,
      values: each.values.map((value, k) => (i === 1 && k === 0 ? value + deviations * 0.001 : value)),
    }));
    return encodeModel(withCard(decodeModel(bytes), withDigest({ ...card, golden })));
  };
  await using near = await loadModel(off(5e-5), { task: 'regression', threads: 1 });
  expect(near.card.task).toBe('regression');
  await expect(loadModel(off(2e-4), { task: 'regression' })).rejects.toThrow(
    /for the built-in picture "ramp" it differs from its card by 2\.0e-4 of a number's deviation, more than 0\.0001/,
  );
});

describe('over HTTP', () => {
  const served = (model: Model<'multi'> | Model<'regression'>) => {
    const handle = createHandler(model);
    const send: typeof fetch = async (input, init) => handle(new Request(input, init));
    return { handle, client: createClient('http://localhost', { fetch: send }) };
  };
  const body = (i: number) => JSON.stringify({ pixels: pixels[i] && nested(pixels[i].data) });
  const nested = (data: Uint8Array) =>
    [0, 1].map((y) => [0, 1].map((x) => [...data.slice((y * 2 + x) * 3, (y * 2 + x) * 3 + 3)]));
  const post = (handle: ReturnType<typeof createHandler>, path: string, text: string) =>
    handle(
      new Request(`http://localhost${path}`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/json' },
      }),
    );

  it('/classify says what the library says', async () => {
    const { handle } = served(labels);
    const [, white] = await labels.classify(pixels);
    const response = await post(handle, '/classify', body(1));
    const { timings, ...answer } = await response.json();
    expect(answer).toEqual({
      ...{ model: 'tints', version: 1, task: 'multi' },
      labels: white?.labels,
      predictions: white?.predictions,
    });
    const [, , , teal] = await numbers.classify(pixels);
    const number = await (await post(served(numbers).handle, '/classify', body(3))).json();
    expect(number).toMatchObject({ task: 'regression', values: teal?.values, outside: ['x'] });
    expect(number).not.toHaveProperty('predictions');
  });

  it('the client gives it with its type, and refuses what its caller does not read', async () => {
    const png = `data:image/bmp;base64,${bmp([255, 255, 255]).toString('base64')}`;
    const { client } = served(labels);
    const answer = await client.classify(png, { task: 'multi' });
    expect(answer.labels.map(({ label }) => label).toSorted()).toEqual(['blue', 'green', 'red']);
    const { values, outside } = await served(numbers).client.classify(png, { task: 'regression' });
    expect([Object.keys(values), outside]).toEqual([
      ['x', 'count', 'file'],
      ['x', 'count', 'file'],
    ]);
    expect((await client.classify([png], { task: 'any' }))[0]?.task).toBe('multi');
    await expect(client.classify(png)).rejects.toThrow(
      new ServerError(
        200,
        `tints: it answers with several labels, expected one label: give the option task: 'multi', or 'any' for whatever a model answers with`,
      ),
    );
    const [{ card } = {}] = await client.models();
    expect(card).toEqual(tints.card);
  });

  it('the inference protocol names the output, and has classes of labels alone', async () => {
    const { handle } = served(numbers);
    const metadata = await (await handle(new Request('http://localhost/v2/models/counts'))).json();
    expect(metadata.outputs).toEqual([{ name: 'values', datatype: 'FP32', shape: [-1, 3] }]);
    const inputs = [
      {
        name: 'image',
        datatype: 'UINT8',
        shape: [4, 2, 2, 3],
        data: pixels.flatMap(({ data }) => [...data]),
      },
    ];
    const infer = async (model: Model<'multi'> | Model<'regression'>, outputs?: object[]) => {
      const path = `/v2/models/${model.card.name}/infer`;
      return (await post(createHandler(model), path, JSON.stringify({ inputs, outputs }))).json();
    };
    const { outputs } = await infer(numbers);
    expect(outputs).toMatchObject([{ name: 'values', datatype: 'FP32', shape: [4, 3] }]);
    for (const [i, value] of expectedNumbers.flat().entries()) {
      const unit = numbers.card.ranges[i % 3]?.deviation ?? 1;
      expect(outputs[0].data[i] / unit).toBeCloseTo(value / unit, DECIMALS);
    }
    const classes = { classification: 2 };
    expect(await infer(numbers, [{ name: 'values', parameters: classes }])).toEqual({
      error: 'outputs[0].parameters.classification: "values" has no classes',
    });
    const named = await infer(labels, [{ name: 'probabilities', parameters: classes }]);
    expect(named.outputs[0]).toMatchObject({ datatype: 'BYTES', shape: [4, 2] });
    expect(named.outputs[0].data[0]).toMatch(/^0\.\d+:0:red$/);
  });
});

/** A BMP file of 2 x 2 pixels of one color. */
function bmp([red, green, blue]: readonly [number, number, number]): Buffer {
  const file = Buffer.alloc(54 + 16);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(2, 18);
  file.writeInt32LE(2, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (const row of [54, 62]) for (const x of [0, 3]) file.set([blue, green, red], row + x);
  return file;
}
