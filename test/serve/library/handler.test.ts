// What is promised of the handler: it answers as the server does, at whatever address an app has it; keys and limits hold
// there; and a body that something else has read is said to be that.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { loadModel, type Model } from '../../../public/index.ts';
import {
  createHandler,
  defaultLimits,
  type Handler,
  type KeyRing,
  toNodeHandler,
} from '../../../public/serve.ts';
import { refusal } from '../harness.ts';
import { plain } from '../pictures.ts';
import { tinyModel } from '../tiny-model.ts';

const key = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';

let model: Model;
let picture: Uint8Array<ArrayBuffer>;
/** What `loadModel` itself says of the picture. */
let expected: { label: string; probability: number };
const servers: Server[] = [];
/** As they are before any handler is made. */
const { Request: request, Response: response } = globalThis;

beforeAll(async () => {
  const { bytes } = await tinyModel({
    name: 'colors',
    labels: ['red', 'green', 'blue'],
    input: { shape: [2, 2, 3], prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' } },
  });
  model = await loadModel(bytes, { workers: 1 });
  picture = Uint8Array.from(await plain('crimson'));
  const { label, probability } = await model.classify(picture);
  expected = { label, probability };
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => model.close());

const post = (url: string, headers: Record<string, string> = {}, body: BodyInit = picture) =>
  new Request(url, { method: 'POST', body, headers });

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The ways in which apps use a handler, each as a function from a path within it to the response. */
async function mounts(handler: Handler) {
  const server = await listening(toNodeHandler(handler));
  const hono = new Hono().all('*', (c) => handler(c.req.raw, c.env));
  return {
    'a function of the web': (path: string, init?: RequestInit) =>
      handler(new Request(`http://app${path}`, init)),
    'with what frameworks give beside': (path: string, init?: RequestInit) =>
      handler(new Request(`http://app${path}`, init), { params: Promise.resolve({}) }),
    'node:http': (path: string, init?: RequestInit) => fetch(server + path, init),
    Hono: async (path: string, init?: RequestInit) => hono.request(path, init),
  };
}

test('all addresses of the server answer, and a POST elsewhere is one to /classify', async () => {
  const handler = createHandler(model);
  for (const [kind, ask] of Object.entries(await mounts(handler))) {
    for (const path of ['/classify', '/models/colors/classify', '/', '/api/cat', '/api/v1/what?top=3']) {
      const response = await ask(path, { method: 'POST', body: picture });
      expect(response.status, `${kind} ${path}`).toBe(200);
      expect(await response.json()).toMatchObject({ model: 'colors', version: 1, ...expected });
    }
    const models = await (await ask('/models')).json();
    expect(models).toMatchObject({ models: [{ name: 'colors', sha256: model.sha256 }], default: 'colors' });
    expect((await ask('/v2/models/colors')).status, kind).toBe(200);
    expect((await ask('/readyz')).status, kind).toBe(200);
    const other = await ask('/api/cat');
    expect([other.status, other.headers.get('allow')], kind).toEqual([405, 'POST']);
    expect(
      await refusal(await ask('/models/dogs/classify', { method: 'POST', body: picture })),
    ).toMatchObject({ status: 404 });
  }
});

test('the model file of a model that was loaded from bytes is handed out', async () => {
  const handler = createHandler(model);
  const response = await handler(new Request('http://app/models/colors/versions/1/model.onnx'));
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(bytes.length).toBe(model.size);
  const copy = await loadModel(bytes, { workers: 1, sha256: model.sha256 });
  expect(await copy.classify(picture)).toMatchObject(expected);
  await copy.close();
});

test('addresses that it gives are those of the mount that took its path off, as Express and Connect do', async () => {
  const handle = toNodeHandler(createHandler(model));
  const url = await listening((request, response) => {
    const { url = '' } = request;
    Object.assign(request, { originalUrl: url, url: url.replace('/deep/ai', '') });
    handle(request, response);
  });
  const { models } = (await (await fetch(`${url}/deep/ai/models`)).json()) as { models: { url: string }[] };
  expect(models[0]?.url).toMatch(/^\/deep\/ai\/models\/colors\//);
  expect((await fetch(url + models[0]?.url)).status).toBe(200);
  expect(await (await fetch(`${url}/deep/ai/openapi.json`)).json()).toMatchObject({
    servers: [{ url: '/deep/ai' }],
  });
});

test('below a path, only addresses below it answer', async () => {
  const handler = createHandler(model, { path: '/ai' });
  expect((await handler(post('http://app/ai/classify'))).status).toBe(200);
  expect((await handler(post('http://app/ai'))).status).toBe(200);
  expect((await handler(new Request('http://app/ai/models'))).status).toBe(200);
  expect((await handler(post('http://app/classify'))).status).toBe(404);
  const other = await handler(new Request('http://app/ai/classify'));
  expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST']);
  expect(await refusal(other)).toMatchObject({ error: 'received GET /ai/classify, expected POST' });
  const { models } = (await (await handler(new Request('http://app/ai/models'))).json()) as {
    models: { url: string }[];
  };
  const file = await handler(new Request(`http://app${models[0]?.url}`));
  expect((await file.arrayBuffer()).byteLength).toBe(model.size);
});

test.each([
  ['at the root', {}, ''],
  ['below a path', { path: '/ai' }, '/ai'],
])('keys are asked for at every address, %s', async (_, options, prefix) => {
  const handler = createHandler(model, { ...options, keys: { laboratory: key } });
  const paths = ['/classify', '/models/colors/classify', '/', '/api/cat', '//classify', '/%63lassify'];
  for (const path of paths) {
    const url = `http://app${prefix}${path}`;
    expect(await refusal(await handler(post(url))), path).toMatchObject({ status: 401 });
    const wrong = await handler(post(url, { authorization: `Bearer ${key.toLowerCase()}` }));
    expect(wrong.status, path).toBe(401);
    const right = await handler(post(url, { authorization: `Bearer ${key}` }));
    expect(right.status, path).toBe(200);
  }
  expect((await handler(new Request(`http://app${prefix}/models`))).status).toBe(401);
  expect((await handler(new Request(`http://app${prefix}/readyz`))).status).toBe(200);
});

test('a key that is too short to be safe is refused, without being shown', () => {
  expect(() => createHandler(model, { keys: { me: 'secret' } })).toThrow(
    /^the key of me: expected a key of 16 characters at least\. Make one with: openssl rand -base64 24$/,
  );
});

test.each([
  ['nothing', () => undefined, 401],
  ['null', () => null, 401],
  ['false', () => false, 401],
  ['a promise of nothing', async () => undefined, 500],
  ['a promise of an owner', async () => 'me', 500],
  ['an owner', () => 'me', 200],
])('an app’s own ring that answers %s', async (_, ring, status) => {
  const log = vi.fn();
  const handler = createHandler(model, { keys: ring as KeyRing, log });
  expect((await handler(post('http://app/classify', { 'x-api-key': key }))).status).toBe(status);
  if (status === 500) expect(log.mock.lastCall?.[0]).toMatch(/keys: received \[object Promise\] for a key/);
});

test('keys and origins in another form are refused, which would mean something else', () => {
  // @ts-expect-error: JavaScript has no types
  expect(() => createHandler(model, { keys: [key] })).toThrow(/^keys: received a list, expected each key by/);
  // @ts-expect-error: JavaScript has no types
  expect(() => createHandler(model, { cors: 'https://a.example' })).toThrow(/^cors: received https/);
});

test('an option that there is not is refused: passed over, misspelt keys would let everybody in', () => {
  // @ts-expect-error: JavaScript has no types
  expect(() => createHandler(model, { key: { me: key } })).toThrow(
    /^createHandler has no option "key"\. Did you mean keys\?$/,
  );
  // @ts-expect-error: JavaScript has no types
  expect(() => createHandler(model, { limits: { bodybyte: 5 } })).toThrow(
    /^limits has no option "bodybyte"\. Did you mean bodyBytes\?$/,
  );
});

test('limits hold in every mount', async () => {
  const handler = createHandler(model, { limits: { bodyBytes: 100 } });
  for (const [kind, ask] of Object.entries(await mounts(handler))) {
    const response = await ask('/api/cat', { method: 'POST', body: new Uint8Array(101) });
    expect(await refusal(response), kind).toMatchObject({ status: 413 });
  }
});

test('a limit that is undefined is the default one', async () => {
  // @ts-expect-error: projects without exactOptionalPropertyTypes may pass it
  const handler = createHandler(model, { limits: { bodyBytes: undefined } });
  const body = new Uint8Array(defaultLimits.bodyBytes + 1);
  expect((await handler(post('http://app/classify', {}, body))).status).toBe(413);
});

test('a body that a parser has read is named, and not waited for', async () => {
  const handler = toNodeHandler(createHandler(model));
  const url = await listening(async (request, response) => {
    for await (const _ of request);
    handler(request, response);
  });
  expect(await refusal(await fetch(url, { method: 'POST', body: picture }))).toEqual({
    status: 400,
    error:
      'the body was read before it came here: mount this handler before what parses bodies, such as express.json()',
  });
  const request = post('http://app/classify');
  await request.text();
  expect(await refusal(await createHandler(model)(request))).toMatchObject({ status: 400 });
  const locked = post('http://app/classify');
  locked.body?.getReader();
  expect(await refusal(await createHandler(model)(locked))).toMatchObject({ status: 400 });
});

test('a body that does not come ends with its request', async () => {
  const controller = new AbortController();
  const init = { method: 'POST', body: new ReadableStream(), signal: controller.signal, duplex: 'half' };
  const answered = createHandler(model)(new Request('http://app/classify', init as RequestInit));
  controller.abort();
  expect(await refusal(await answered)).toMatchObject({ status: 400 });
});

test('an abandoned request is not worked on', async () => {
  const controller = new AbortController();
  const request = new Request('http://app/classify', {
    method: 'POST',
    body: picture,
    signal: controller.signal,
  });
  const answered = createHandler(model)(request);
  controller.abort();
  expect((await answered).status).not.toBe(200);
});

test('it leaves the globals of an app as they are, and writes bugs alone', async () => {
  const url = await listening(toNodeHandler(createHandler(model)));
  const written = vi.spyOn(console, 'error').mockImplementation(() => {});
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  await fetch(url, { method: 'POST', body: picture });
  await fetch(url, { method: 'POST', body: 'hello' });
  expect(globalThis.Request).toBe(request);
  expect(globalThis.Response).toBe(response);
  expect(written).not.toHaveBeenCalled();
  expect(said).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

test('something that is no model of loadModel is refused', () => {
  expect(() => createHandler({ ...model } as Model)).not.toThrow(); // a copy has its engine
  const { classify, close, card } = model;
  expect(() => createHandler({ classify, close, card } as Model)).toThrow(
    /expected a model, as `await loadModel/,
  );
});

test('of a model that was closed, pictures are refused at once, not when their time is over', async () => {
  const { bytes } = await tinyModel({});
  const closed = await loadModel(bytes, { workers: 1 });
  const handler = createHandler(closed, { limits: { deadline: 500 } });
  await closed.close();
  const response = await handler(post('http://app/classify'));
  expect(response.status).toBe(503);
});

test('what is no model is a TypeError that says what is', () => {
  for (const none of [undefined, {}, loadModel('none.onnx').catch(() => {})]) {
    // @ts-expect-error: JavaScript has no types
    expect(() => createHandler(none)).toThrow(/expected a model, as `await loadModel\(\)`/);
  }
});
