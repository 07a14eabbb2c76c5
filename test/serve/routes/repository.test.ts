// What is promised of models that are loaded and unloaded by request: one that is unloaded stays out whatever happens in its
// folder, its memory is freed, and no request is lost.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { addModel } from '../../../models/repository.ts';
import { keyRing } from '../../../serve/http/api-keys.ts';
import { NO_CONTROL } from '../../../serve/routes/repository.ts';
import { colors, openTestApp, refusal, type TestAppOptions } from '../harness.ts';
import { plain } from '../pictures.ts';
import { tinyModel, wrongGolden } from '../tiny-model.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(options: TestAppOptions = {}) {
  const server = await openTestApp({ models: [colors, {}], repositoryControl: true, ...options });
  closers.push(server.close);
  const picture = new Uint8Array(await plain('#c86432'));
  const ask = (name: string) => server.post(picture, `?model=${name}`);
  const call = (path: string, body = '', headers: Record<string, string> = {}) =>
    server.app.request(`/v2/repository/${path}`, { method: 'POST', body, headers });
  const index = async (body = '') => (await call('index', body)).json();
  return { ...server, ask, call, index };
}

test('a model that is unloaded does not answer, others do, and it answers again when it is loaded', async () => {
  const { ask, call, index, app, log } = await open();
  const before = await (await ask('colors')).json();
  expect((await call('models/colors/unload')).status).toBe(200);
  expect(await refusal(await ask('colors'))).toEqual({
    status: 404,
    error: 'colors/1 cannot be used: it was unloaded',
  });
  expect((await app.request('/v2/models/colors/ready')).status).toBe(404);
  expect((await ask('digits')).status).toBe(200);
  expect(await index()).toEqual([
    { name: 'digits', version: '1', state: 'READY', reason: '' },
    { name: 'colors', version: '1', state: 'UNAVAILABLE', reason: 'it was unloaded' },
  ]);
  expect(await index('{"ready": true}')).toEqual([
    { name: 'digits', version: '1', state: 'READY', reason: '' },
  ]);
  expect(await (await call('models/colors/load')).json()).toEqual({});
  expect((await app.request('/v2/models/colors/ready')).status).toBe(200);
  expect((await (await ask('colors')).json()).predictions).toEqual(before.predictions);
  expect(log).toContain('colors/1 was unloaded by a request');
});

test('it stays out when its folder changes, and what is newest is loaded, at once', async () => {
  const { ask, call, engine, repository } = await open();
  await call('models/colors/unload');
  await addModel(repository, 'colors', (await tinyModel({ ...colors, seed: 2 })).bytes);
  for (let i = 0; i < 3; i++) await engine.look();
  expect((await ask('colors')).status).toBe(404);
  expect((await call('models/colors/load')).status).toBe(200);
  expect((await (await ask('colors')).json()).version).toBe(2);
});

test('to load takes what is in the folder now, also of a model that is loaded or is new', async () => {
  const { ask, call, repository } = await open();
  await addModel(repository, 'colors', (await tinyModel({ ...colors, seed: 2 })).bytes);
  await addModel(repository, 'fresh', (await tinyModel({ ...colors, name: 'fresh' })).bytes);
  for (const name of ['colors', 'fresh']) expect((await call(`models/${name}/load`)).status).toBe(200);
  expect((await (await ask('colors')).json()).version).toBe(2);
  expect((await ask('fresh')).status).toBe(200);
});

test('one that cannot be used is not loaded, with the reason, and what was there goes on serving', async () => {
  const { ask, call, repository } = await open();
  await addModel(repository, 'colors', (await tinyModel({ ...colors, change: wrongGolden })).bytes);
  expect(await refusal(await call('models/colors/load'))).toEqual({
    status: 400,
    error: expect.stringMatching(/^failed to load colors\/2: .*differs from its card/),
  });
  expect((await (await ask('colors')).json()).version).toBe(1);
  await mkdir(join(repository, 'empty', '1'), { recursive: true });
  await writeFile(join(repository, 'empty', '1', 'readme.txt'), '');
  expect(await refusal(await call('models/empty/load'))).toEqual({
    status: 400,
    error: 'failed to load empty: there is no model.onnx in its folder, which holds readme.txt',
  });
  await rm(join(repository, 'colors', '2'), { recursive: true });
  expect((await call('models/colors/load')).status).toBe(200);
});

test('a name that is not there is named, and the nearest that is', async () => {
  const { call } = await open();
  for (const verb of ['load', 'unload'])
    expect(await refusal(await call(`models/color/${verb}`))).toEqual({
      status: 404,
      error: 'there is no model "color". Did you mean colors?',
    });
});

test('when all are unloaded, the server says so and can load', async () => {
  const { ask, call, post } = await open();
  for (const name of ['colors', 'digits']) await call(`models/${name}/unload`);
  expect(await refusal(await post(await plain('red')))).toEqual({ status: 404, error: 'no model is loaded' });
  expect((await ask('colors')).status).toBe(404);
  await call('models/digits/load');
  expect((await post(await plain('red'))).status).toBe(200);
});

test('requests in flight are answered, also in turns of unloading and loading', async () => {
  const { ask, call } = await open({ threads: 2 });
  const statuses = new Set<number>();
  let stop = false;
  const clients = Array.from({ length: 8 }, async () => {
    while (!stop) statuses.add((await ask('digits')).status);
  });
  for (let i = 0; i < 8; i++) {
    const asked = Array.from({ length: 16 }, () => ask('colors')); // chosen before the request that unloads
    const unloaded = call('models/colors/unload');
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(200);
    expect((await unloaded).status).toBe(200);
    await call('models/colors/load');
  }
  stop = true;
  await Promise.all(clients);
  expect([...statuses]).toEqual([200]);
});

test('without the setting nothing is loaded or unloaded', async () => {
  const { ask, call } = await open({ repositoryControl: false });
  for (const verb of ['load', 'unload'])
    expect(await refusal(await call(`models/colors/${verb}`))).toEqual({ status: 400, error: NO_CONTROL });
  expect((await ask('colors')).status).toBe(200);
});

test('what Triton would load by the request itself is refused, and so is what is no JSON object', async () => {
  const { call } = await open();
  for (const [parameters, name] of [
    [{ config: '{}' }, 'config'],
    [{ 'file:1/model.onnx': 'aGk=' }, 'file:1/model.onnx'],
  ] as const)
    expect(await refusal(await call('models/colors/load', JSON.stringify({ parameters })))).toEqual({
      status: 400,
      error: expect.stringContaining(`parameters.${name}: a model is loaded from its folder`),
    });
  expect((await call('models/colors/load', '[]')).status).toBe(400);
  expect((await call('models/colors/load', '{')).status).toBe(400);
  expect((await call('models/colors/load', 'x'.repeat(70_000))).status).toBe(413);
  expect((await call('models/colors/unload', '{"parameters":{"unload_dependents":false}}')).status).toBe(200);
});

const ring = (key: string) => keyRing([{ name: 'ada', key, where: 'here' }]);
const [ordinary, managing] = ['k'.repeat(16), 'm'.repeat(16)];

test('a key of those by which models are sent is asked for, or else of all', async () => {
  const both = await open({ keys: ring(ordinary), modelKeys: ring(managing) });
  const status = async (server: typeof both, key?: string) =>
    (await server.call('models/colors/unload', '', key === undefined ? {} : { 'x-api-key': key })).status;
  expect([await status(both), await status(both, ordinary), await status(both, managing)]).toEqual([
    401, 401, 200,
  ]);
  const one = await open({ keys: ring(ordinary) });
  expect([await status(one), await status(one, ordinary)]).toEqual([401, 200]);
});
