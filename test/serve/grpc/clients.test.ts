// What is promised to users of Triton's, KServe's and gRPC's own Python clients: that they work as they are, and get what they
// get over HTTP, to the bit.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyRing } from '../../../serve/http/api-keys.ts';
import { type ServeOptions, type Serving, serve } from '../../../serve/main.ts';
import { NO_CONTROL } from '../../../serve/routes/repository.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';
import type { TinyModel } from '../tiny-model.ts';

const tints = ['red', 'blue', 'lime'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let model: TinyModel;
const opened: Serving[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  const [first] = await fillRepository(folder.path, [colors, {}]);
  if (first === undefined) throw new Error('the test has no model');
  model = first;
  for (const tint of tints) await writeFile(join(folder.path, `${tint}.png`), await plain(tint));
});
afterAll(async () => {
  for (const each of opened) await each.close();
  await folder.remove();
});

async function open(options: Partial<ServeOptions> = {}): Promise<{ grpc: string; http: string }> {
  const own = { repository: folder.path, host: '127.0.0.1', port: 0, grpcPort: 0, threads: 1, log: () => {} };
  const server = await serve({ ...own, ...options });
  opened.push(server);
  return { grpc: server.grpc ?? '', http: new URL(server.url).host };
}

/** Runs a script; the server is in this process, which must go on running. */
async function run(script: string, ...args: string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse((await promisify(execFile)(pythonOf('test'), [path, ...args])).stdout);
}

describe("Triton's client", () => {
  let got: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    const { grpc, http } = await open();
    got = await run('triton_grpc.py', grpc, http, ...tints.map((tint) => join(folder.path, `${tint}.png`)));
  });

  test('asks for life, readiness, health and descriptions', () => {
    expect(got).toMatchObject({ live: true, ready: true, model_ready: [true, true, false] });
    expect(got).toMatchObject({ health: [1, 1], health_unknown: 'NOT_FOUND' });
    // An extension is named where its calls are answered.
    const { extensions, ...server } = got.server;
    expect(got.server_http).toEqual({
      ...server,
      extensions: expect.arrayContaining([...extensions, 'model_configuration', 'statistics']),
    });
    expect({
      configuration: extensions.includes('model_configuration'),
      statistics: extensions.includes('statistics'),
    }).toEqual(got.answered);
    // Its JSON has whole numbers of 64 bits as texts.
    const texts = JSON.parse(JSON.stringify(got.model_http), (_, value) =>
      typeof value === 'number' ? String(value) : value,
    );
    expect(got.model).toEqual(texts);
    const ready = (name: string) => ({ name, version: '1', state: 'READY' });
    expect(got.index).toEqual({ models: [ready('colors'), ready('digits')] });
  });

  test('gets the bytes that it gets over HTTP, for tensors, pictures and classes', () => {
    const numbers = (rows: number) => ['float32', [rows, 3], true];
    expect(got.same).toEqual({
      tensor: numbers(2),
      files: numbers(3),
      column: numbers(3),
      classes: ['object', [3, 2], true],
      embedding: ['float32', [3, 12], true],
    });
    for (const way of ['gzip', 'deflate', 'typed']) expect(got[way], way).toEqual(got.probabilities);
    expect(got.typed_files).toEqual(got.files);
    const row = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
    for (const [i, value] of model.probabilities(row).entries())
      expect(got.probabilities[0][i]).toBeCloseTo(value, 6);
    expect(got.response).toEqual(['seven', 'colors', '1', 1]);
  });

  test('gets the good rows of a batch, when it asks for them beside a bad one', () => {
    expect(got.partial).toEqual([
      [
        [true, true, true],
        [false, false, false],
      ],
      {
        error_0: { string_param: expect.stringContaining('expected a picture') },
        status_0: { int64_param: '415' },
      },
    ]);
  });

  test('raises its own exception, with our words and the code for it', () => {
    const wrong = (words: unknown) => ['StatusCode.INVALID_ARGUMENT', words];
    const missing = (words: unknown) => ['StatusCode.NOT_FOUND', words];
    expect(got.errors).toEqual({
      model: missing('there is no model "color". Did you mean colors?'),
      version: missing('there is no version 9 of "colors". There are: 1.'),
      no_version: wrong('version: received "newest", expected a number such as "1"'),
      shape: wrong(expect.stringMatching(/received UINT8 \[2,1,2,3\], expected \[N,2,2,3\] of UINT8/)),
      datatype: wrong(expect.stringContaining('received FP32')),
      picture: wrong(expect.stringMatching(/^element 0 of the batch: received .*expected a picture/)),
      output: wrong(
        'unexpected inference output "logits" for model "colors", expected "probabilities" or "embedding"',
      ),
      load: wrong(NO_CONTROL),
      unknown: ['StatusCode.UNIMPLEMENTED', 'there is no method /inference.GRPCInferenceService/ModelConfig'],
      non_ascii: missing('there is no model "cölors 100%". There are: colors, digits.'),
    });
  });
});

test("Triton's client loads and unloads models, and KServe's messages do", async () => {
  const { grpc } = await open({ repositoryControl: true });
  const digits = ['digits', '1', 'READY', ''];
  const both = [true, [['colors', '1', 'READY', ''], digits]];
  expect(await run('../openinference/triton_repository.py', 'grpc', grpc)).toEqual({
    before: both,
    unloaded: [false, true, [['colors', '1', 'UNAVAILABLE', 'it was unloaded'], digits]],
    loaded: both,
    unknown: ['StatusCode.NOT_FOUND', 'there is no model "color". Did you mean colors?'],
    override: [
      'StatusCode.INVALID_ARGUMENT',
      expect.stringContaining('parameters.config: a model is loaded from its folder'),
    ],
  });
  expect(await run('limits_grpc.py', 'kserve', grpc)).toEqual([
    ['colors', true],
    ['colors', true],
  ]);
});

test('keys, a full queue and bodies that are too long are errors that clients understand', async () => {
  const key = 'k'.repeat(16);
  const limits = { ...defaultLimits, queue: 1e-9, bodyBytes: 1024 * 1024 };
  const { grpc } = await open({ keys: keyRing([{ name: 'ada', key, where: 'here' }]), limits });
  expect(await run('limits_grpc.py', 'limits', grpc, key)).toEqual({
    none: ['UNAUTHENTICATED', expect.stringContaining('this needs a key'), []],
    wrong: ['UNAUTHENTICATED', expect.stringContaining('received a key that is not known here'), []],
    health: 1,
    good: [1, 3],
    full: ['RESOURCE_EXHAUSTED', expect.stringContaining('the queue is full'), [expect.any(Number)]],
    long: [
      'RESOURCE_EXHAUSTED',
      expect.stringMatching(/^received a message larger than max \(\d+ vs\. 1048576\)$/),
      [],
    ],
    late: ['DEADLINE_EXCEEDED', expect.any(String), []],
  });
});
