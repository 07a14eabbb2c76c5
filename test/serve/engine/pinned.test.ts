// What is promised of a pinned model: it alone answers when none is named, from the start on and whatever comes beside it.
import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { writeDefaultModel } from '../../../models/default-model.ts';
import { addModel } from '../../../models/repository.ts';
import { announce } from '../../../serve/announce.ts';
import { createCatalog } from '../../../serve/engine/catalog.ts';
import { checkRepository } from '../../../serve/engine/check-repository.ts';
import { openEngine } from '../../../serve/engine/index.ts';
import { type Only, versionName } from '../../../serve/engine/models.ts';
import { parsePinned, pinnedName } from '../../../serve/engine/pinned.ts';
import type { Log } from '../../../serve/log.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { colors, fillRepository, openTestApp, refusal, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';
import { type TinyModelOptions, tinyModel, wrongGolden } from '../tiny-model.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Colors in three versions, and `digits`, which answers where nothing else is said. */
const models: TinyModelOptions[] = [colors, { ...colors, seed: 2 }, { ...colors, seed: 3 }, {}];

async function open(pinned: Only) {
  const server = await openTestApp({ models, engine: { pinned } });
  closers.push(server.close);
  const picture = new Uint8Array(await plain('#c86432'));
  const ask = async (query = '') => {
    const body = await (await server.post(picture, query)).json();
    return body.error ?? `${body.model}/${body.version}`;
  };
  const look = async () => {
    await server.engine.look();
    await server.engine.look();
  };
  return { ...server, ask, look };
}

test('a name answers with its newest version, also one that comes later', async () => {
  const { ask, look, repository, log } = await open({ name: 'colors' });
  expect(await ask()).toBe('colors/3');
  expect(await ask('?version=1')).toBe('colors/1');
  expect(await ask('?model=digits')).toBe('digits/1');
  await writeDefaultModel(repository, 'digits');
  await addModel(repository, 'colors', (await tinyModel({ ...colors, seed: 4 })).bytes);
  await look();
  expect(await ask()).toBe('colors/4');
  expect(log).toEqual([expect.stringMatching(/^colors\/4 serves from now on/)]);
});

test('a version answers, though there are newer ones; who names a model has its newest', async () => {
  const { ask, look, repository, app } = await open({ name: 'colors', version: 2 });
  await addModel(repository, 'colors', (await tinyModel({ ...colors, seed: 4 })).bytes);
  await look();
  expect([await ask(), await ask('?model=colors'), await ask('?version=1')]).toEqual([
    'colors/2',
    'colors/4',
    'colors/1',
  ]);
  expect(await (await app.request('/models')).json()).toMatchObject({ default: 'colors', defaultVersion: 2 });
});

test('while it is away nobody answers in its place, the reason is said, and it answers when it is back', async () => {
  const { ask, look, repository, log, app, engine } = await open({ name: 'colors', version: 2 });
  const folder = join(repository, 'colors', '2');
  await rename(folder, join(repository, '.away'));
  await look();
  expect(await ask()).toBe('there is no version 2 of "colors". There are: 1, 3.');
  expect(
    (await app.request('/classify', { method: 'POST', body: new Uint8Array(await plain('red')) })).status,
  ).toBe(404);
  expect([await ask('?model=colors'), await ask('?model=digits')]).toEqual(['colors/3', 'digits/1']);
  expect(engine.ready()).toBe(true);
  expect((await (await app.request('/models')).json()).default).toBeUndefined();
  expect(log.at(-1)).toBe(
    'colors/2 is pinned, and is not served any more: requests that name no model are refused',
  );
  await rename(join(repository, '.away'), folder);
  await look();
  expect(await ask()).toBe('colors/2');
  expect(log.at(-1)).toBe('colors/2 answers from now on when no model is named');
  await look();
  expect(log.filter((line) => line.includes('pinned'))).toHaveLength(1);
});

test('when it is unloaded, who names no model is told so', async () => {
  const { ask, engine, log } = await open({ name: 'colors' });
  await engine.control?.unload('colors');
  expect(await ask()).toMatch(/^colors\/3 cannot be used: it was unloaded|^colors.* it was unloaded/);
  expect(log.at(-1)).toMatch(/^colors is pinned, and is not served any more/);
  await engine.control?.load('colors');
  expect(await ask()).toBe('colors/3');
});

describe('at the start', () => {
  async function start(pinned: Only, models: readonly TinyModelOptions[], only?: string) {
    const folder = await temporaryFolder();
    closers.push(folder.remove);
    await fillRepository(folder.path, models);
    await mkdir(join(folder.path, 'junk', '1'), { recursive: true });
    await writeFile(join(folder.path, 'junk', '1', 'model.onnx'), 'no model');
    const options = { repository: folder.path, limits: defaultLimits, log: () => {}, threads: 1, watch: 0 };
    const engine = openEngine({ ...options, pinned, only });
    closers.push(engine.close);
    return engine.load();
  }

  test.each<[Only, RegExp]>([
    [{ name: 'colours' }, /^--default-model colours: there is no model "colours"\. Did you mean colors\?$/],
    [
      { name: 'colors', version: 9 },
      /^--default-model colors:9: there is no version 9 of "colors"\. There are: 1, 2\.$/,
    ],
    [{ name: 'junk' }, /^--default-model junk: junk\/1 cannot be used: .*ONNX/],
    [
      { name: 'colors', version: 1 },
      /^--default-model colors:1: colors\/1 cannot be used: .*differs from its card/,
    ],
  ])('%j is an error, before anybody is answered', async (pinned, message) => {
    const models = [{ ...colors, change: wrongGolden }, colors];
    await expect(start(pinned, models)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
    });
  });

  test('so is another one than the one model that is served', async () => {
    await expect(start({ name: 'digits' }, [colors, {}], 'colors')).rejects.toThrow(
      /there is no model "digits"/,
    );
  });

  test('one that works is none', async () => {
    const loaded = start({ name: 'colors', version: 2 }, [{ ...colors, change: wrongGolden }, colors]);
    await expect(loaded).resolves.toBeUndefined();
  });
});

test('it stays open beside the newest of each name, for workers that start later too', async () => {
  const folder = await temporaryFolder();
  closers.push(folder.remove);
  await fillRepository(folder.path, models);
  const opened: string[] = [];
  let stay: string[] = [];
  const catalog = createCatalog({
    repository: folder.path,
    pinned: { name: 'colors', version: 1 },
    open: async (model) => {
      opened.push(versionName(model));
      return { milliseconds: 1 };
    },
    swap: (current) => {
      stay = current.map(versionName).sort();
    },
    observer: {},
    log: () => {},
  });
  await catalog.load();
  expect(opened.sort()).toEqual(['colors/1', 'colors/3', 'digits/1']);
  expect(stay).toEqual(['colors/1', 'colors/3', 'digits/1']);
});

test('--check wants it among those that are well', async () => {
  const folder = await temporaryFolder();
  closers.push(folder.remove);
  await fillRepository(folder.path, [colors]);
  await cp(join(folder.path, 'colors', '1'), join(folder.path, 'colors', '4'), { recursive: true });
  const check = async (pinned: Only) => {
    const lines: string[] = [];
    const log: Log = (line) => void lines.push(line);
    return [await checkRepository(folder.path, undefined, 'cpu', log, pinned), lines.at(-1)];
  };
  expect(await check({ name: 'colors', version: 4 })).toEqual([
    true,
    expect.stringMatching(/^colors\/4: well/),
  ]);
  expect(await check({ name: 'colors', version: 2 })).toEqual([
    false,
    '--default-model colors:2: there is none that is well',
  ]);
});

test('the setting is a name, and a version behind a colon', () => {
  expect([parsePinned('digits'), parsePinned('digits:12')]).toEqual([
    { name: 'digits', version: undefined },
    { name: 'digits', version: 12 },
  ]);
  expect([pinnedName({ name: 'digits' }), pinnedName({ name: 'digits', version: 12 })]).toEqual([
    'digits',
    'digits:12',
  ]);
});

test('the announcement names it', async () => {
  const { card, bytes } = await tinyModel(colors);
  const model = {
    name: 'colors',
    version: 1,
    path: '',
    sha256: '',
    bytes: bytes.length,
    written: 0,
    adopted: false,
    card,
  };
  expect(announce('http://x', [model], model, undefined, 'colors:1')).toContain(
    'answers when no ?model= is given: colors:1 (--default-model)',
  );
});

test('the refusal of /classify is one in words', async () => {
  const { app, engine } = await open({ name: 'digits' });
  await engine.control?.unload('digits');
  const response = await app.request('/classify', {
    method: 'POST',
    body: new Uint8Array(await plain('red')),
  });
  expect(await refusal(response)).toMatchObject({
    status: 404,
    error: expect.stringContaining('it was unloaded'),
  });
});
