// What is served: the list with its cards, the files as they are in the repository, and no broken model.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCard } from '../../../models/card.ts';
import { UserError } from '../../../models/errors.ts';
import { dataType, decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { addModel } from '../../../models/repository.ts';
import { openEngine } from '../../../serve/engine/index.ts';
import { defaultModel } from '../../../serve/engine/models.ts';
import { readServedModels } from '../../../serve/engine/read-models.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { colors, fillRepository, openTestApp, refusal, temporaryFolder } from '../harness.ts';
import { stroke } from '../pictures.ts';
import { type TinyModelOptions, wrongGolden } from '../tiny-model.ts';

describe('a repository that works', () => {
  let server: Awaited<ReturnType<typeof openTestApp>>;
  beforeAll(async () => {
    server = await openTestApp({ models: [{ seed: 1 }, { seed: 2 }, colors] });
  });
  afterAll(() => server.close());

  test('GET /models lists every version with its card and the address of its file', async () => {
    const { models } = await (await server.app.request('/models')).json();
    expect(
      models.map(({ name, version, newest }: Record<string, unknown>) => [name, version, newest]),
    ).toEqual([
      ['colors', 1, true],
      ['digits', 1, false],
      ['digits', 2, true],
    ]);
    for (const { name, version, url, bytes, sha256, card } of models) {
      const file = await readFile(join(server.repository, name, String(version), 'model.onnx'));
      expect(bytes).toBe(file.length);
      expect(sha256).toBe(createHash('sha256').update(file).digest('hex'));
      expect(card).toEqual(readCard(file));
      const response = await server.app.request(url);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(file);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(response.headers.get('content-length')).toBe(String(bytes));
    }
  });

  test('a file is kept forever by its digest, asked about without, and not sent twice', async () => {
    const url = '/models/digits/versions/1/model.onnx';
    const first = await server.app.request(url);
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe('no-cache');
    await first.arrayBuffer();
    for (const tags of [etag, `"other", W/${etag}`, '*']) {
      const again = await server.app.request(url, { headers: { 'if-none-match': tags } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    expect(
      (await server.app.request(url, { headers: { 'if-none-match': '"other"' }, method: 'HEAD' })).status,
    ).toBe(200);
    const wrong = await server.app.request(`${url}?sha256=${'0'.repeat(64)}`, { method: 'HEAD' });
    expect(wrong.headers.get('cache-control')).toBe('no-cache');
    expect(await wrong.text()).toBe('');
  });

  test.each([
    ['/models/digits/versions/3/model.onnx', 404],
    ['/models/digit/versions/1/model.onnx', 404],
    ['/models/digits/versions/one/model.onnx', 404],
    ['/models/digits/versions/1/card.json', 404],
    ['/models/..%2f..%2fetc/versions/1/model.onnx', 404],
    ['/models/digits/versions/1%2f..%2f2/model.onnx', 404],
  ])('%s is %i', async (path, status) => {
    expect(await refusal(await server.app.request(path))).toMatchObject({ status });
  });

  test('a file that was changed is not passed off as the one that is served', async () => {
    const path = join(server.repository, 'colors', '1', 'model.onnx');
    await utimes(path, new Date(0), new Date(0));
    expect(await refusal(await server.app.request('/models/colors/versions/1/model.onnx'))).toEqual({
      status: 503,
      error: expect.stringContaining('has changed'),
    });
  });

  test('health and readiness', async () => {
    expect((await server.app.request('/healthz')).status).toBe(200);
    expect((await server.app.request('/readyz')).status).toBe(200);
  });
});

const untrue: TinyModelOptions = { change: wrongGolden };

describe('models that are broken', () => {
  test('one that differs from its card is left out; the version before it answers', async () => {
    const server = await openTestApp({ models: [{}, untrue] });
    try {
      expect(server.log.join()).toMatch(/digits\/2 is left out: .*"ramp" it differs from its card by/);
      expect(await (await server.post(await stroke())).json()).toMatchObject({ version: 1 });
      const { models } = await (await server.app.request('/models')).json();
      expect(models).toHaveLength(1);
      expect(await refusal(await server.post(await stroke(), '?version=2'))).toMatchObject({ status: 404 });
    } finally {
      await server.close();
    }
  });

  test('an older one is found broken by its first request', async () => {
    const server = await openTestApp({ models: [untrue, {}] });
    try {
      expect(server.log).toEqual([]);
      for (const _ of ['at first', 'and then']) {
        expect(await refusal(await server.post(await stroke(), '?version=1'))).toEqual({
          status: 404, // not 503: it will not be better in a moment
          error: expect.stringMatching(/^digits\/1 cannot be used: .*differs from its card/),
        });
      }
      expect(server.log).toEqual([
        expect.stringMatching(/^digits\/1 is left out: .*; version 2 goes on serving$/),
      ]);
      expect((await server.post(await stroke())).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  test('a file that is no model is left out, and said so', async () => {
    const folder = await temporaryFolder();
    const log: string[] = [];
    try {
      await fillRepository(folder.path, [{}]);
      for (const [version, content] of [
        ['2', 'not a model'],
        ['3', ''],
      ] as const) {
        await mkdir(join(folder.path, 'digits', version));
        await writeFile(join(folder.path, 'digits', version, 'model.onnx'), content);
      }
      const models = await readServedModels(folder.path, undefined, (line) => log.push(line));
      expect(models.map(({ version }) => version)).toEqual([1]);
      expect(log).toEqual([
        expect.stringContaining('digits/2 is left out'),
        expect.stringContaining('digits/3 is left out'),
      ]);
    } finally {
      await folder.remove();
    }
  });

  test('a file whose answer is int4, over which onnxruntime ends the process, is never opened', async () => {
    const folder = await temporaryFolder();
    const log: string[] = [];
    try {
      const [tiny] = await fillRepository(folder.path, [{}]);
      const model = decodeModel(tiny?.bytes ?? new Uint8Array());
      const [output] = model.graph.output;
      const softmax = model.graph.node.at(-1);
      if (output?.type?.tensor_type === undefined || softmax === undefined) throw new Error('no output');
      output.type.tensor_type.elem_type = dataType.INT4;
      softmax.output = ['floats of it'];
      model.graph.node.push({
        op_type: 'Cast',
        input: ['floats of it'],
        output: ['probabilities'],
        attribute: [{ name: 'to', type: 2, i: dataType.INT4 }],
      });
      const file = encodeModel({ ...model, ir_version: 10, opset_import: [{ version: 21 }] });
      await addModel(folder.path, 'digits', file);
      const models = await readServedModels(folder.path, undefined, (line) => log.push(line));
      expect(models.map(({ version }) => version)).toEqual([1]);
      expect(log).toEqual([
        'digits/2 is left out: its outputs are "probabilities" (int4); expected "probabilities" (float)',
      ]);
    } finally {
      await folder.remove();
    }
  });

  test('a repository without a model that works is an error with an explanation', async () => {
    const folder = await temporaryFolder();
    const log: string[] = [];
    const write = (line: string) => void log.push(line);
    const read = async (only?: string) => {
      const engine = openEngine({
        repository: folder.path,
        only,
        threads: 1,
        limits: defaultLimits,
        log: write,
      });
      await engine.load().finally(engine.close);
    };
    try {
      await expect(read()).rejects.toThrow(UserError);
      await expect(read()).rejects.toThrow(/npm run train digits\n {2}npm run export/);
      await fillRepository(folder.path, [untrue]);
      await expect(read('digit')).rejects.toThrow(/Did you mean digits\?/);
      await expect(read()).rejects.toThrow(/no model of .* can be served/);
      expect(log.join()).toMatch(/digits\/1 is left out: .*differs from its card/);
    } finally {
      await folder.remove();
    }
  });
});

const quantized = {
  from: '0'.repeat(64),
  calibrationPictures: 0,
  n: 1,
  accuracyBefore: 1,
  changedLabels: 0,
  maxProbabilityDifference: 0,
};

describe('the model that answers when none is named', () => {
  const models = ['cats', 'digits', 'digits-int8'].map((name) => ({
    name,
    version: 1,
    path: '',
    card: name.endsWith('int8') ? { quantization: { weights: 'int8' as const, ...quantized } } : {},
  }));

  test('is the one that the repository names, whatever else is there', () => {
    expect(defaultModel(models, 'cats')?.name).toBe('cats');
    expect(defaultModel(models, 'digits-int8')?.name).toBe('digits-int8');
  });

  test('else the last by name, and a quantized one only where there is no other; times of files say nothing', () => {
    expect(defaultModel(models)?.name).toBe('digits');
    expect(defaultModel(models, 'dogs')?.name).toBe('digits');
    expect(defaultModel(models.slice(2))?.name).toBe('digits-int8');
  });

  test('is said at /models, and changes with the file, which has its line in the log', async () => {
    const server = await openTestApp({ models: [{ name: 'b' }, { name: 'a' }] });
    try {
      const asked = async () => (await (await server.app.request('/models')).json()).default;
      const answers = async () => (await (await server.post(await stroke())).json()).model;
      expect([await asked(), await answers()]).toEqual(['b', 'b']);
      await writeFile(join(server.repository, 'default-model'), '\uFEFFa\r\n');
      await server.engine.look();
      expect([await asked(), await answers()]).toEqual(['a', 'a']);
      expect(server.log).toEqual(['a answers from now on when no model is named']);
      await rm(join(server.repository, 'default-model'));
      await symlink('/dev/zero', join(server.repository, 'default-model')); // which has no end
      await server.engine.look();
      expect([await asked(), await answers()]).toEqual(['b', 'b']);
    } finally {
      await server.close();
    }
  });
});
