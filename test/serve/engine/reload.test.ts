// What is promised while versions come and go: the old one serves until the new one has given its golden outputs, and no request
// is lost.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { addModel } from '../../../models/repository.ts';
import type { ModelChange, Observer } from '../../../serve/engine/events.ts';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';
import { type TinyModelOptions, tinyModel, wrongGolden } from '../tiny-model.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(models: TinyModelOptions[] = [colors], engine = {}) {
  const server = await openTestApp({ models, engine });
  closers.push(server.close);
  const picture = new Uint8Array(await plain('#c86432'));
  /** Twice: what is seen for the first time may still be on its way. */
  const look = async () => {
    await server.engine.look();
    await server.engine.look();
  };
  const ask = async (query = '') => {
    const response = await server.post(picture, query);
    return { status: response.status, body: await response.json() };
  };
  return { ...server, look, ask };
}

const untrue: TinyModelOptions = { ...colors, change: wrongGolden };

test('a new version serves when it has answered its golden vectors; the old one can still be asked', async () => {
  const { ask, look, repository, log, engine } = await open();
  const before = await ask();
  await addModel(repository, 'colors', (await tinyModel({ ...colors, seed: 2 })).bytes);
  await look();
  const after = await ask();
  expect([before.body.version, after.body.version]).toEqual([1, 2]);
  expect(after.body.predictions).not.toEqual(before.body.predictions);
  expect((await ask('?version=1')).body.predictions).toEqual(before.body.predictions);
  expect(log).toEqual([expect.stringMatching(/^colors\/2 serves from now on; it was ready in \d+ ms$/)]);
  expect(engine.models().map(({ version }) => version)).toEqual([1, 2]);
});

test('a broken version leaves the old one serving and says why, once', async () => {
  const { ask, look, repository, log } = await open();
  await addModel(repository, 'colors', (await tinyModel(untrue)).bytes);
  await addModel(repository, 'colors', new TextEncoder().encode('no model'));
  await look();
  await look();
  expect((await ask()).body.version).toBe(1);
  expect(log.sort()).toEqual([
    expect.stringMatching(/^colors\/2 is left out: .*differs from its card.*; version 1 goes on serving$/),
    expect.stringMatching(/^colors\/3 is left out: not .*ONNX model.*; version 1 goes on serving$/),
  ]);
  expect((await ask('?version=2')).status).toBe(404);
});

test('a file that is replaced in its place is tried like a new version', async () => {
  const { ask, look, repository } = await open();
  const before = await ask();
  const path = join(repository, 'colors', '1', 'model.onnx');
  await writeFile(path, (await tinyModel(untrue)).bytes);
  await look();
  expect((await ask()).body.predictions).toEqual(before.body.predictions);
  await writeFile(path, (await tinyModel({ ...colors, seed: 3 })).bytes);
  await look();
  const after = await ask();
  expect(after.body.version).toBe(1);
  expect(after.body.predictions).not.toEqual(before.body.predictions);
});

test('when the newest version goes, the one before it serves; a name can come and go', async () => {
  const changes: [string, ModelChange['kind']][] = [];
  const observer: Observer = {
    modelChanged: (model, { kind }) => changes.push([`${model.name}/${model.version}`, kind]),
  };
  const { ask, look, repository, engine } = await open([colors, { ...colors, seed: 2 }, {}], {
    observers: [observer],
  });
  await rm(join(repository, 'colors', '2'), { recursive: true });
  await rm(join(repository, 'digits'), { recursive: true });
  await look();
  expect((await ask('?model=colors')).body.version).toBe(1);
  expect((await ask('?model=digits')).status).toBe(404);
  expect(engine.models()).toHaveLength(1);
  expect(changes.slice(-3)).toEqual([
    ['colors/2', 'removed'],
    ['digits/1', 'removed'],
    ['colors/1', 'serving'],
  ]);
});

test('an empty folder, as of a disk that is not there for a moment, stops nothing', async () => {
  const { ask, look, repository, log } = await open();
  await rm(join(repository, 'colors'), { recursive: true });
  await look();
  await look();
  expect((await ask()).status).toBe(200);
  expect(log).toEqual([expect.stringContaining('has no models any more')]);
});

test('no request is lost over sixteen reloads under load, good and broken versions in turn', async () => {
  const { ask, repository, engine } = await open([colors], { threads: 2 });
  const statuses = new Map<number, number>();
  let stop = false;
  const clients = Array.from({ length: 8 }, async () => {
    while (!stop) {
      const { status } = await ask();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  const good = await Promise.all([2, 3].map((seed) => tinyModel({ ...colors, seed })));
  const bad = await tinyModel(untrue);
  for (let i = 0; i < 16; i++) {
    const model = i % 2 === 1 ? bad : good[(i / 2) % 2];
    await addModel(repository, 'colors', model?.bytes ?? new Uint8Array());
    await engine.look();
    await engine.look();
  }
  stop = true;
  await Promise.all(clients);
  expect([...statuses.keys()]).toEqual([200]);
  expect((await ask()).body.version).toBe(16); // versions 3, 5, ... 17 were broken
});

test('a model from elsewhere with a card.json beside it is served, also to the page', async () => {
  const { ask, look, repository, app, log } = await open();
  const { bytes } = await tinyModel({ ...colors, name: 'foreign' });
  const bare = decodeModel(bytes);
  const folder = join(repository, 'foreign', '1');
  await mkdir(folder, { recursive: true });
  const card = {
    labels: ['red', 'green', 'blue'],
    input: { size: [2, 2], layout: 'NHWC', type: 'uint8' },
    resize: { crop: 'stretch' },
    output: 'probabilities',
  };
  await writeFile(join(folder, 'card.json'), JSON.stringify({ ...card, output: 'scores' }));
  await writeFile(join(folder, 'model.onnx'), encodeModel({ ...bare, metadata_props: [] }));
  await look();
  expect(log).toEqual([
    expect.stringMatching(
      /^foreign\/1 is left out: card\.json output: received "scores", expected "probabilities", "logits", .*"name"/,
    ),
  ]);
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  await look();
  const theirs = await ask('?model=foreign');
  expect(theirs.body.predictions).toEqual((await ask('?model=colors')).body.predictions);
  const { models } = await (await app.request('/models')).json();
  const listed = models.find(({ name }: { name: string }) => name === 'foreign');
  const file = new Uint8Array(await (await app.request(listed.url)).arrayBuffer());
  expect(file.length).toBe(listed.bytes);
});
