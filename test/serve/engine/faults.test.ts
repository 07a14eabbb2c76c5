// What is promised of a repository in which something is wrong: each place is named with its reason, in the log and at
// /models, and takes no other model with it, neither at the start nor later.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../../serve/app.ts';
import { openEngine } from '../../../serve/engine/index.ts';
import type { LogFields } from '../../../serve/log.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { listening, program } from '../../listening.ts';
import { colors, fillRepository, openTestApp, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';
import { tinyModel, wrongGolden } from '../tiny-model.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let good: Uint8Array;
let foreign: Uint8Array;

const card = {
  labels: ['red', 'green', 'blue'],
  input: { size: [2, 2], layout: 'NHWC', type: 'uint8' },
  resize: { crop: 'stretch' },
  output: 'probabilities',
};

beforeAll(async () => {
  const { bytes } = await tinyModel(colors);
  const { decodeModel, encodeModel } = await import('../../../models/onnx/schema.ts');
  good = bytes;
  foreign = encodeModel({ ...decodeModel(bytes), metadata_props: [] });
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Writes files of a repository; a function makes what is not a plain file. */
function write(files: Readonly<Record<string, string | Uint8Array | ((path: string) => void)>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder.path, name);
    mkdirSync(join(path, '..'), { recursive: true });
    if (typeof content === 'function') content(path);
    else writeFileSync(path, content);
  }
}

const link = (to: string) => (path: string) => symlinkSync(to, path);

/** What is wrong, and the reason that is said. */
const faults: Readonly<Record<string, [files: Parameters<typeof write>[0], reason: RegExp]>> = {
  'a link to nothing': [
    { 'a/1/model.onnx': link('/nowhere/model.onnx') },
    /^model\.onnx is a link to nothing$/,
  ],
  'a folder that is a link to nothing': [{ 'b/1': link('/nowhere') }, /^it is a link to nothing$/],
  'a name that is a link to nothing': [{ c: link('/nowhere') }, /^it is a link to nothing$/],
  'links in a circle': [
    { 'd/1/model.onnx': link('model.onnx') },
    /^model\.onnx cannot be read: its symbolic links lead in a circle$/,
  ],
  'a folder named model.onnx': [
    { 'e/1/model.onnx': (path) => mkdirSync(path) },
    /^model\.onnx is a folder, expected a file$/,
  ],
  'a pipe as card.json': [
    { 'pipe/1/model.onnx': () => {}, 'pipe/1/card.json': (path) => spawnSync('mkfifo', [path]) },
    /^card\.json cannot be read: it is a pipe or a device, expected a file$/,
  ],
  'a device as card.json': [
    { 'zero/1/model.onnx': () => {}, 'zero/1/card.json': link('/dev/zero') },
    /^card\.json cannot be read: it is a pipe or a device, expected a file$/,
  ],
  'a card.json that is nested deeply': [
    {
      'deep/1/model.onnx': () => {},
      'deep/1/card.json': `{"labels":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    },
    /^card\.json is nested too deeply to be a card$/,
  ],
  'no model.onnx': [
    { 'f/1/network.onnx': 'x' },
    /^there is no model\.onnx in its folder, which holds network\.onnx$/,
  ],
  'no folder of a version': [{ 'g/model.onnx': 'x' }, /its place is g\/1\/model\.onnx$/],
  'a version that is no number': [{ 'h/v1/model.onnx': 'x' }, /is no version: expected a whole number/],
  'a name with a blank': [{ 'my model/1/model.onnx': 'x' }, /expected letters, digits/],
  'a model beside the folders': [{ 'resnet.onnx': 'x' }, /its place is resnet\/1\/model\.onnx/],
  'an empty file': [{ 'j/1/model.onnx': '' }, /^not a readable ONNX model: the file is empty$/],
  'a pointer of Git LFS': [
    { 'k/1/model.onnx': 'version https://git-lfs.github.com/spec/v1\n' },
    /pointer of Git LFS.*git lfs pull/,
  ],
  'a page': [{ 'l/1/model.onnx': '<!DOCTYPE html><html>' }, /a page of HTML/],
  'a card.json that is no JSON': [
    { 'm/1/model.onnx': () => {}, 'm/1/card.json': '{"labels": [' },
    /^card\.json is not JSON: /,
  ],
  'a card.json that is a list': [
    { 'n/1/model.onnx': () => {}, 'n/1/card.json': '[]' },
    /^card\.json: received \[\], expected object$/,
  ],
  'a card.json that is a folder': [
    { 'o/1/model.onnx': () => {}, 'o/1/card.json': (path) => mkdirSync(path) },
    /^card\.json cannot be read: it is a folder/,
  ],
};

test('each is named with its reason, none stops the start, and answers say nothing of the machine', async () => {
  folder = await temporaryFolder();
  closers.push(folder.remove);
  await fillRepository(folder.path, [colors, { ...colors, name: 'wrong', change: wrongGolden }]);
  for (const [files] of Object.values(faults)) write(files);
  for (const name of ['m', 'n', 'o', 'pipe', 'zero', 'deep']) write({ [`${name}/1/model.onnx`]: foreign });
  write({
    'p/1/model.onnx': good.subarray(0, good.length - 100),
    'q/1/.part': 'x',
    '.git/1/model.onnx': 'x',
  });
  const log: [string, LogFields][] = [];
  const engine = openEngine({
    repository: folder.path,
    threads: 1,
    watch: 0,
    limits: defaultLimits,
    log: (line, fields = {}) => log.push([line, fields]),
  });
  closers.push(engine.close);
  await engine.load();
  expect(engine.models().map(({ name }) => name)).toEqual(['colors']);
  const app = createApp({ engine });
  const { broken } = await (await app.request('/models')).json();
  const reasonOf = (name: string) => broken.find((one: { name: string }) => one.name === name)?.reason;
  for (const [what, [files, reason]] of Object.entries(faults)) {
    const [name = ''] = Object.keys(files)[0]?.split('/') ?? [];
    expect(reasonOf(name), what).toMatch(reason);
  }
  expect(reasonOf('p')).toMatch(
    /^not a readable ONNX model: it is cut off: it has [\d,]+ bytes and needs at least \d+ more/,
  );
  expect(reasonOf('wrong')).toMatch(/differs from its card/);
  expect(broken).toHaveLength(Object.keys(faults).length + 2);
  expect(log.filter(([, { level }]) => level === 'error')).toHaveLength(broken.length);
  const index = await (await app.request('/v2/repository/index', { method: 'POST' })).json();
  expect(index).toContainEqual({ name: 'j', version: '1', state: 'UNAVAILABLE', reason: reasonOf('j') });
  const asked = await app.request('/classify?model=j', { method: 'POST', body: 'x' });
  expect([asked.status, await asked.json()]).toEqual([
    404,
    { error: `j/1 cannot be used: ${reasonOf('j')}` },
  ]);
  expect(JSON.stringify([broken, index])).not.toContain(folder.path);
});

test('a repository without one that works says all reasons', async () => {
  folder = await temporaryFolder();
  closers.push(folder.remove);
  write({ 'j/1/model.onnx': '', 'a/1/model.onnx': link('/nowhere') });
  const engine = openEngine({
    repository: folder.path,
    threads: 1,
    watch: 0,
    limits: defaultLimits,
    log: () => {},
  });
  closers.push(engine.close);
  await expect(engine.load()).rejects.toThrow(
    /can be served: \n {2}a\/1 is left out: .*\n {2}j\/1: not a readable/,
  );
});

describe('while serving', () => {
  async function open() {
    const server = await openTestApp({ models: [colors] });
    closers.push(server.close);
    folder = { path: server.repository, remove: async () => {} };
    const look = async () => {
      await server.engine.look();
      await server.engine.look();
    };
    const picture = new Uint8Array(await plain('red'));
    const status = async (query: string) => (await server.post(picture, query)).status;
    return { ...server, look, status };
  }

  test('what comes, changes, breaks and goes has its line, once', async () => {
    const { log, look } = await open();
    const bytes = (seed: number) => tinyModel({ ...colors, name: 'new', seed }).then(({ bytes }) => bytes);
    write({ 'new/2/model.onnx': await bytes(2) });
    await look();
    write({ 'new/1/model.onnx': await bytes(1) });
    await look();
    write({ 'new/2/model.onnx': await bytes(3) });
    await look();
    write({ 'new/3/model.onnx': 'x', 'new/4/network.onnx': 'x' });
    await look();
    await look();
    rmSync(join(folder.path, 'new'), { recursive: true });
    await look();
    expect(log.map((line) => line.replace(/\d+ ms/, 'so many ms'))).toEqual([
      'new/2 serves from now on; it was ready in so many ms',
      'new answers from now on when no model is named',
      'new/1 can be asked for',
      'new/2 serves from now on; it was ready in so many ms',
      'new/4 is left out: there is no model.onnx in its folder, which holds network.onnx',
      expect.stringMatching(/^new\/3 is left out: .*; version 2 goes on serving$/),
      'new/2 was removed from the repository',
      'new/1 was removed from the repository',
      'new/3 was removed from the repository',
      'colors answers from now on when no model is named',
    ]);
  });

  test('a file of the cache that went is made again, also for the request that found it', async () => {
    const { engine, look, status, app } = await open();
    write({ 'foreign/1/model.onnx': foreign, 'foreign/1/card.json': JSON.stringify(card) });
    write({
      'foreign/2/model.onnx': foreign,
      'foreign/2/card.json': JSON.stringify({ ...card, description: 'x' }),
    });
    await look();
    const files = engine.models().flatMap(({ path, adopted }) => (adopted ? [path] : []));
    expect(files).toHaveLength(2);
    for (const path of files) rmSync(path);
    expect(await status('?model=foreign&version=1')).toBe(200); // opened by this request
    expect(await status('?model=foreign')).toBe(200);
    for (const path of files) rmSync(path, { force: true });
    const file = await app.request('/models/foreign/versions/2/model.onnx');
    expect(file.status).toBe(200);
    await file.arrayBuffer();
  });
});

/** A user who is not root, to whom permissions apply. */
const NOBODY = 65_534;

/** The user who serves: another one where this one is root. */
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Whether that user can read this checkout, as it may not be in root's own folder. */
const canRead =
  spawnSync(process.execPath, ['-e', 'fs.accessSync(process.argv[1])', program], user).status === 0;

describe('what this user may not read or write', () => {
  afterAll(() => folder.remove());

  test('is named, and the rest is served; a stack is never printed', async ({ skip }) => {
    skip(!canRead, 'this checkout is where another user than root cannot read it');
    folder = await temporaryFolder();
    await fillRepository(folder.path, [colors]);
    chmodSync(folder.path, 0o755);
    write({ 'file/1/model.onnx': good, 'version/1/model.onnx': good, 'name/1/model.onnx': good });
    write({ 'foreign/1/model.onnx': foreign, 'foreign/1/card.json': JSON.stringify(card) });
    write({ 'card/1/model.onnx': foreign, 'card/1/card.json': JSON.stringify(card) });
    for (const place of ['file/1/model.onnx', 'version/1', 'name', 'card/1/card.json'])
      chmodSync(join(folder.path, place), 0);
    const cache = join(folder.path, '.cache');
    mkdirSync(cache);
    chmodSync(cache, 0o555);
    const child = spawn(
      process.execPath,
      [
        program,
        'serve',
        '--port',
        '0',
        '--repository',
        folder.path,
        '--threads',
        '1',
        '--watch-ms',
        '50',
        '--no-page',
      ],
      {
        env: { ...process.env, TRAINYARD_CACHE: cache },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...user,
      },
    );
    const errors = text(child.stderr);
    const { url, printed } = await listening(child);
    const { models, broken } = await (await fetch(`${url}/models`)).json();
    expect(models.map(({ name }: { name: string }) => name)).toEqual(['colors']);
    const may = 'this user may not read or write it';
    expect(broken).toEqual([
      { name: 'name', reason: `its folder cannot be read: ${may}` },
      { name: 'version', version: 1, reason: `model.onnx cannot be read: ${may}` },
      { name: 'card', version: 1, reason: `card.json cannot be read: ${may}` },
      { name: 'file', version: 1, reason: `it cannot be read: ${may}` },
      {
        name: 'foreign',
        version: 1,
        reason: `its file in our form cannot be written to adopted; the variable TRAINYARD_CACHE names another folder: ${may}`,
      },
    ]);
    chmodSync(join(folder.path, 'file/1/model.onnx'), 0o644);
    await expect
      .poll(async () => (await (await fetch(`${url}/models`)).json()).models.length, { timeout: 20_000 })
      .toBe(2);
    child.kill();
    await once(child, 'exit');
    expect(printed()).toContain(`${join(cache, 'adopted')}; the variable`);
    expect(printed() + (await errors)).not.toMatch(/^\s+at /m);
  });
});
