// What is promised to users of Triton's and KServe's Python clients: that they work as they are.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Serving, serve } from '../../../serve/main.ts';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';
import type { TinyModel } from '../tiny-model.ts';

const tints = ['red', 'blue', 'lime'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Serving;
let model: TinyModel;

beforeAll(async () => {
  folder = await temporaryFolder();
  const [first] = await fillRepository(folder.path, [colors]);
  if (first === undefined) throw new Error('the test has no model');
  model = first;
  for (const tint of tints) await writeFile(join(folder.path, `${tint}.png`), await plain(tint));
  server = await serve({ repository: folder.path, host: '127.0.0.1', port: 0, threads: 1, log: () => {} });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

/** Runs a script beside this test; the server is in this process, which must go on running. */
async function run(script: string, ...args: string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse((await promisify(execFile)(pythonOf('test'), [path, ...args])).stdout);
}

/** The largest difference of two lists of rows. */
function difference(a: readonly number[][], b: readonly number[][]): number {
  expect(a.map((row) => row.length)).toEqual(b.map((row) => row.length));
  return Math.max(
    ...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - (b[i]?.[j] ?? Number.NaN)))),
  );
}

/** The rounding of float32. */
const TOLERANCE = 1e-7;

describe("Triton's client", () => {
  let got: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    const files = tints.map((tint) => join(folder.path, `${tint}.png`));
    got = await run('triton.py', new URL(server.url).host, ...files);
  });

  test('asks for life, readiness and descriptions', () => {
    expect(got).toMatchObject({ live: true, ready: true, model_ready: [true, true, false], shared: [] });
    expect(got.server).toMatchObject({
      name: 'trainyard',
      extensions: expect.arrayContaining(['classification']),
    });
    expect(got.model).toEqual({
      name: 'colors',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 2, 2, 3] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
    });
    expect(got.config).toMatchObject({ name: 'colors', max_batch_size: 256, input: [{ dims: [2, 2, 3] }] });
    expect(got.index).toEqual([{ name: 'colors', version: '1', state: 'READY', reason: '' }]);
  });

  test('gets the answer of the model for a tensor, in every encoding of it', () => {
    const expected = got.tensor.map((row: number[]) => model.probabilities(Uint8Array.from(row)));
    expect(difference(got.binary, expected)).toBeLessThan(TOLERANCE);
    expect(got).toMatchObject({ id: 'seven', version: '1', dtype: 'float32' });
    for (const way of ['json', 'json_output', 'gzip', 'deflate', 'async']) {
      expect(difference(got[way], got.binary), way).toBeLessThan(TOLERANCE);
    }
  });

  test('gets for encoded pictures what /classify answers, also as classes', async () => {
    for (const [i, tint] of tints.entries()) {
      const body = new Uint8Array(await plain(tint));
      const { predictions } = await (await fetch(`${server.url}/classify`, { method: 'POST', body })).json();
      const labels = colors.labels ?? [];
      const expected = labels.map(
        (label) => predictions.find((one: { label: string }) => one.label === label).probability,
      );
      expect(difference([got.files[i], got.column[i]], [expected, expected])).toBeLessThan(TOLERANCE);
      const best = predictions.slice(0, 2).map(({ label }: { label: string }) => label);
      for (const way of ['classes_True', 'classes_False']) {
        const words = got[way][i].map((text: string) => text.split(':'));
        expect(words.map(([, , label]: string[]) => label)).toEqual(best);
        expect(words.map(([, index]: string[]) => labels[Number(index)])).toEqual(best);
        expect(Number(words[0][0])).toBeCloseTo(predictions[0].probability, 6);
      }
    }
  });

  test('gets the embedding of each row, which of this model is its pixels, when it asks for that output', () => {
    const [red = [], blue, lime] = [
      [255, 0, 0],
      [0, 0, 255],
      [0, 255, 0],
    ].map((color) => [...color, ...color, ...color, ...color]);
    for (const way of ['True', 'False']) {
      expect(got.embedding[`tensor_${way}`]).toEqual(got.tensor);
      expect(got.embedding[`files_${way}`]).toEqual([red, blue, lime]);
      const none = new Array(12).fill(-1);
      expect(got.embedding[`mixed_${way}`]).toEqual([none, red]);
    }
  });

  test('counts what was asked', () => {
    // Six requests of two rows, two of three files, two of three for classes, and two with one that is good; for embeddings two
    // each of two rows, of three files, and with one that is good.
    const count = 6 * 2 + 4 * 3 + 2 + 2 * (2 + 3 + 1);
    expect(got.statistics).toEqual({ name: 'colors', version: '1', inference_count: count });
  });

  test('gets the good rows of a batch, when it asks for them beside a bad one', () => {
    const rows = [
      [true, true, true],
      [false, false, false],
    ];
    expect(got.partial).toEqual([
      rows,
      { error_0: expect.stringContaining('expected a picture'), status_0: 415 },
    ]);
    expect(got.partial_json).toEqual(rows);
  });

  test('raises its own exception, with our words, for what is wrong', () => {
    expect(got.errors).toEqual({
      model: ['404', expect.stringContaining('there is no model "color". Did you mean colors?')],
      version: ['404', expect.stringContaining('no version 9')],
      shape: ['400', expect.stringMatching(/received UINT8 \[2,1,2,3\], expected \[N,2,2,3\] of UINT8/)],
      datatype: ['400', expect.stringContaining('received FP32')],
      picture: ['415', expect.stringMatching(/^element 1 of the batch: received .*expected a picture/)],
      classes: ['400', 'outputs[0].parameters.classification: "embedding" has no classes'],
      output: [
        '400',
        'unexpected inference output "logits" for model "colors", expected "probabilities" or "embedding"',
      ],
      load: ['400', expect.stringContaining('come and go with their folders')],
    });
  });
});

test("KServe's client works as it is", async () => {
  const got = await run('kserve_client.py', server.url);
  expect(got).toMatchObject({ live: true, ready: true, model_ready: [true, false], id: 'eight' });
  const row = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
  const expected = model.probabilities(row);
  expect(difference(got.binary_True, [expected, expected])).toBeLessThan(TOLERANCE);
  expect(difference(got.binary_False, [expected, expected])).toBeLessThan(TOLERANCE);
  expect(got.error).toEqual([400, expect.stringContaining('inputs: ')]);
});

test("Triton's client loads and unloads models", async () => {
  const own = await temporaryFolder();
  await fillRepository(own.path, [colors, {}]);
  const where = { repository: own.path, host: '127.0.0.1', port: 0, threads: 1, log: () => {} };
  const controlled = await serve({ ...where, repositoryControl: true });
  try {
    const got = await run('triton_repository.py', 'http', new URL(controlled.url).host);
    const digits = ['digits', '1', 'READY', ''];
    const both = [true, [['colors', '1', 'READY', ''], digits]];
    expect(got).toEqual({
      before: both,
      unloaded: [false, true, [['colors', '1', 'UNAVAILABLE', 'it was unloaded'], digits]],
      loaded: both,
      unknown: ['404', 'there is no model "color". Did you mean colors?'],
      override: ['400', expect.stringContaining('parameters.config: a model is loaded from its folder')],
    });
  } finally {
    await controlled.close();
    await own.remove();
  }
});
