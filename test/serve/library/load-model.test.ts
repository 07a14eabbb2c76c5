// What is promised of `loadModel` in Node: from any source of a model and of a picture the right answer, its own errors for
// what is wrong with either, and a process that ends when there is no more to do.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  loadModel,
  type Model,
  ModelError,
  PictureError,
  type PictureSource,
} from '../../../public/index.ts';
import { root } from '../../../setup/paths.mjs';
import { python } from '../../python.ts';
import { shippedModels } from '../../shipped.ts';
import { digitPng } from '../digit.ts';
import { temporaryFolder } from '../harness.ts';
import { tinyModel, wrongGolden } from '../tiny-model.ts';

/** Of a probability: what onnxruntime's builds differ by. */
const TOLERANCE = 1e-6;

const folder = await temporaryFolder();
const path = (name: string) => join(folder.path, name);
const bytes = readFileSync(shippedModels.cifar);

let model: Model;
let files: Server;
let address: string;
/** 32x32 pixels, as a file without loss. */
let pixels: Uint8Array;
let png: Buffer;
let expected: number[];
let raw: { data: Uint8Array; width: number; height: number; channels: 3 };
const pipe = path('pipe');

beforeAll(async () => {
  model = await loadModel(shippedModels.cifar);
  pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * i * 31 + (i >> 5) * 7) % 256);
  png = await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toBuffer();
  raw = { data: pixels, width: 32, height: 32, channels: 3 };
  writeFileSync(path('noise.png'), png);
  execFileSync('mkfifo', [pipe]);
  copyFileSync(shippedModels.cifar, path('a model.onnx'));
  expected = pythonProbabilities(shippedModels.cifar, pixels);
  files = createServer((request, response) => {
    if (request.url === '/slow.png') return;
    const file = request.url?.endsWith('.onnx') ? bytes : request.url === '/noise.png' ? png : undefined;
    response.writeHead(file === undefined ? 404 : 200).end(file);
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  address = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await model.close();
  files.closeAllConnections();
  files.close();
  await folder.remove();
});

/** By Python's onnxruntime, of one input `[32,32,3]`. */
function pythonProbabilities(file: string, input: Uint8Array): number[] {
  const script = `
import sys, json, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
image = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(1, 32, 32, 3)
print(json.dumps(session.run(['probabilities'], {'image': image})[0][0].tolist()))`;
  return JSON.parse(python(script, [file], Buffer.from(input)));
}

function largestDifference(probabilities: ArrayLike<number>): number {
  return Math.max(...expected.map((value, i) => Math.abs(value - (probabilities[i] ?? Number.NaN))));
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

test('a picture from any source has the answer of Python’s onnxruntime', async () => {
  const sources = {
    path: path('noise.png'),
    'file URL': pathToFileURL(path('noise.png')),
    'file URL as text': pathToFileURL(path('noise.png')).href,
    address: `${address}/noise.png`,
    URL: new URL(`${address}/noise.png`),
    data: `data:image/png;base64,${png.toString('base64')}`,
    Buffer: png,
    Uint8Array: new Uint8Array(png),
    ArrayBuffer: Uint8Array.from(png).buffer,
    Blob: new Blob([Uint8Array.from(png)]),
    pixels: raw,
    'pixels of a class': new (class {
      get data() {
        return pixels;
      }
      readonly width = 32;
      readonly height = 32;
      readonly channels = 3;
    })(),
    'shared memory': shared(png),
  };
  for (const [kind, source] of Object.entries(sources)) {
    const { probabilities } = await model.classify(source);
    expect(probabilities).toHaveLength(10);
    expect(largestDifference(probabilities), kind).toBeLessThan(TOLERANCE);
  }
  const all = await model.classify(Object.values(sources), { top: 1 });
  expect(all.map(({ probabilities }) => largestDifference(probabilities) < TOLERANCE)).toEqual(
    Array(Object.keys(sources).length).fill(true),
  );
  expect(png.length).toBeGreaterThan(0); // what was given is still the caller's
});

test('predictions are sorted by probability, as many as asked for, and the first is the answer', async () => {
  const { label, probability, predictions, probabilities } = await model.classify(png);
  const byHand = model.card.labels
    .map((label, i) => ({ label, probability: probabilities[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  expect(predictions).toEqual(byHand);
  expect({ label, probability }).toEqual(byHand[0]);
  expect((await model.classify(png, { top: 3 })).predictions).toEqual(byHand.slice(0, 3));
  await expect(model.classify(png, { top: 0 })).rejects.toThrow(/top: received 0, expected a whole number/);
});

test('the digits of MNIST are read, many more of them than are in memory at once', async () => {
  const digits = await loadModel(shippedModels.digits);
  const pictures = await Promise.all([0, 1, 2, 3].map(digitPng));
  const many = Array.from({ length: 400 }, (_, i) => pictures[i % 4] ?? new Uint8Array());
  const answers = await digits.classify(many, { top: 1 });
  expect(answers.map(({ label }) => label).join('')).toBe('7210'.repeat(100));
  await digits.close();
});

test.each(['path', 'file URL', 'address', 'bytes', 'ArrayBuffer', 'Blob'])(
  'a model file from %s',
  async (kind) => {
    const sources: Record<string, Parameters<typeof loadModel>[0]> = {
      path: path('a model.onnx'),
      'file URL': pathToFileURL(path('a model.onnx')),
      address: `${address}/model.onnx`,
      bytes,
      ArrayBuffer: Uint8Array.from(bytes).buffer,
      Blob: new Blob([Uint8Array.from(bytes)]),
    };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const loaded = await loadModel(sources[kind] ?? '', { workers: 1, sha256 });
    expect(loaded).toMatchObject({ size: bytes.length, sha256, device: 'cpu', card: { name: 'cifar' } });
    expect(largestDifference((await loaded.classify(png)).probabilities)).toBeLessThan(TOLERANCE);
    await loaded.close();
  },
);

describe('what is wrong with a model is a ModelError', () => {
  const cases: [string, () => Promise<unknown>, string, RegExp][] = [
    [
      'no file',
      () => loadModel(path('none.onnx')),
      'fetch',
      /none\.onnx: it cannot be read: it is not there/,
    ],
    ['a folder', () => loadModel(folder.path), 'fetch', /it is a folder, expected a file/],
    [
      '404',
      () => loadModel(`${address}/none`),
      'fetch',
      /none answered 404 Not Found, expected a model file/,
    ],
    ['no server', () => loadModel('http://127.0.0.1:9/m.onnx'), 'fetch', /cannot be fetched/],
    ['a picture', () => loadModel(path('noise.png')), 'model', /noise\.png/],
    ['no bytes', () => loadModel(new Uint8Array()), 'model', /the model/],
    ['half', () => loadModel(bytes.subarray(0, bytes.length / 2)), 'model', /the model/],
    [
      'another',
      () => loadModel(bytes, { sha256: '0'.repeat(64) }),
      'model',
      /SHA-256 [0-9a-f]{64}, expected 0{64}/,
    ],
    [
      'wrong answers',
      async () => loadModel((await tinyModel({ change: wrongGolden })).bytes),
      'model',
      /built-in picture/,
    ],
  ];
  test.each(cases)('%s', async (_, load, reason, message) => {
    const error = await load().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ reason, message: expect.stringMatching(message) });
  });
});

describe('what is wrong with a picture is a PictureError, and the next one is classified', () => {
  const cases: [string, () => PictureSource, RegExp][] = [
    ['no file', () => path('none.png'), /none\.png cannot be read: it is not there/],
    ['a folder', () => folder.path, /it is a folder/],
    ['404', () => `${address}/none.png`, /none\.png answered 404 Not Found, expected a picture/],
    ['text', () => Buffer.from('hello'), /expected/],
    ['half a PNG', () => png.subarray(0, 100), /PNG/],
    [
      'too few pixels',
      () => ({ data: new Uint8Array(5), width: 2, height: 2, channels: 1 }),
      /5 bytes for 2x2x1/,
    ],
    [
      'pixels from 0 to 1',
      // @ts-expect-error: JavaScript has no types
      () => ({ data: new Float32Array(4), width: 2, height: 2, channels: 1 }),
      /data: received Float32Array, expected a Uint8Array/,
    ],
    [
      'no pixels',
      // @ts-expect-error: JavaScript has no types
      () => ({ width: 2, height: 2, channels: 1 }),
      /data: received Undefined, expected a Uint8Array/,
    ],
    ['a pipe, which nobody writes into', () => pipe, /pipe cannot be read: it is a pipe or a device/],
    ['a device without an end', () => '/dev/zero', /it is a pipe or a device, expected a file/],
    [
      'two channels',
      () => ({ data: new Uint8Array(8), width: 2, height: 2, channels: 2 as 1 }),
      /channels: received 2, expected 1, 3 or 4/,
    ],
  ];
  test.each(cases)('%s', async (_, source, message) => {
    const error = await model.classify(source()).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PictureError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(largestDifference((await model.classify(png)).probabilities)).toBeLessThan(TOLERANCE);
  });

  test('of several, the first that is bad ends the call, and says which file', async () => {
    writeFileSync(path('bad.png'), png.subarray(0, 100));
    await expect(model.classify([path('noise.png'), path('bad.png')])).rejects.toThrow(/bad\.png/);
  });

  test('what can be no picture at all is a TypeError', async () => {
    // @ts-expect-error: JavaScript has no types
    await expect(model.classify(7)).rejects.toThrow(/received 7, expected a picture: .*pixels/);
    // @ts-expect-error: no model file either, which has no pixels
    await expect(loadModel(7)).rejects.toThrow(/^received 7, expected a model file: [^{]*, or a Blob$/);
    const error = await model.classify('http://').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'received "http://", expected an address or a path' });
  });
});

test.each(['threads', 'workers'])('%s that are no number of threads are a TypeError', async (option) => {
  for (const value of [0, -1, 1.5, Number.NaN, 'two']) {
    const error = await loadModel(bytes, { [option]: value }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: `${option}: received ${value}, expected a whole number from 1`,
    });
  }
});

test('an option that there is not is refused by name', async () => {
  // @ts-expect-error: JavaScript has no types
  await expect(loadModel(bytes, { thread: 2 })).rejects.toThrow(
    /^loadModel has no option "thread"\. Did you mean threads\?$/,
  );
  const model = await loadModel(bytes);
  // @ts-expect-error: JavaScript has no types
  await expect(model.classify(bytes, { topp: 2 })).rejects.toThrow(
    /^classify has no option "topp"\. Did you mean top\?$/,
  );
  await model.close();
});

test.each(['resetAndDestroy', 'end'] as const)(
  'an address whose server closes the kept connection (%s) as it is used is asked on another one',
  async (close) => {
    const perConnection = new Map<unknown, number>();
    const server = createServer(({ socket }, response) => {
      const requests = (perConnection.get(socket) ?? 0) + 1;
      perConnection.set(socket, requests);
      if (requests === 1) response.end(png);
      else socket[close]();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/noise.png`;
    for (let i = 0; i < 3; i++)
      expect(largestDifference((await model.classify(url)).probabilities)).toBeLessThan(TOLERANCE);
    expect([...perConnection.values()].slice(0, 2)).toEqual([2, 2]);
    server.closeAllConnections();
    server.close();
  },
);

test('a pipe is no model', async () => {
  await expect(loadModel(pipe)).rejects.toMatchObject({
    reason: 'fetch',
    message: expect.stringMatching(/it is a pipe or a device/),
  });
});

test('an address that is too large itself is refused before it is decoded', async () => {
  const decoded = vi.spyOn(globalThis, 'fetch');
  const large = `data:image/png;base64,${'A'.repeat(270_000_000)}`;
  await expect(model.classify(large)).rejects.toThrow(/A… has more than the 200000000 bytes/);
  expect(decoded).not.toHaveBeenCalled();
  decoded.mockRestore();
});

test('a signal ends the waiting with its reason', async () => {
  await expect(model.classify(png, { signal: AbortSignal.abort('no more') })).rejects.toBe('no more');
  const controller = new AbortController();
  const waiting = model.classify(`${address}/slow.png`, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('the user left')), 50);
  await expect(waiting).rejects.toThrow('the user left');
  await expect(loadModel(bytes, { signal: AbortSignal.abort('no more') })).rejects.toBe('no more');
  expect(largestDifference((await model.classify(png)).probabilities)).toBeLessThan(TOLERANCE);
});

test('a closed model finishes what it has, and takes nothing more', async () => {
  const closing = await loadModel(bytes, { workers: 1 });
  const last = closing.classify(png);
  await new Promise((resolve) => setImmediate(resolve));
  await closing.close();
  await closing.close();
  expect(largestDifference((await last).probabilities)).toBeLessThan(TOLERANCE);
  const error = await closing.classify(png).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'ModelError', reason: 'closed' });
});

test('a program that forgets to close a model ends all the same, and not before its answer', async () => {
  const script = `
    import { loadModel } from ${JSON.stringify(join(root, 'public/index.ts'))};
    const model = await loadModel(${JSON.stringify(shippedModels.cifar)});
    console.log(JSON.stringify(Array.from((await model.classify(${JSON.stringify(path('noise.png'))})).probabilities)));`;
  writeFileSync(path('program.mts'), script);
  const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;
  const child = spawn(process.execPath, ['--import', loader, path('program.mts')]);
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual([0, null]);
  expect(largestDifference(JSON.parse(out))).toBeLessThan(TOLERANCE);
});
