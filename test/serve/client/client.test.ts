// What is promised of the client: typed answers of a real server, its own errors, and patience with a server that is busy.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, PictureError, ServerError } from '../../../public/client.ts';
import { listen } from '../../../serve/http/listen.ts';
import { root } from '../../../setup/paths.mjs';
import { colors, openTestApp, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';

const key = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';

const folder = await temporaryFolder();
let app: Awaited<ReturnType<typeof openTestApp>>;
let server: Awaited<ReturnType<typeof listen>>;
let picture: Uint8Array<ArrayBuffer>;
const file = join(folder.path, 'red.png');

beforeAll(async () => {
  app = await openTestApp({
    models: [colors, { ...colors, seed: 2 }],
    keys: (shown) => (shown === key ? 'me' : undefined),
  });
  server = await listen(app.app, '127.0.0.1', 0);
  picture = Uint8Array.from(await plain('crimson'));
  writeFileSync(file, picture);
});
afterAll(async () => {
  await server.close();
  await app.close();
  await folder.remove();
});

/** A server that answers as it is told to, one answer for each request. */
async function scripted(answers: readonly (readonly [number, Record<string, string>?, string?])[]) {
  const times: number[] = [];
  const fake = createServer((request, response) => {
    const [status, headers = {}, body = '{"error":"busy"}'] = answers[times.length] ?? [500];
    times.push(performance.now());
    request.resume().on('end', () => {
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, headers).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(fake, 'listening');
  const url = `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
  return {
    url,
    times,
    [Symbol.dispose]() {
      fake.closeAllConnections();
      fake.close();
    },
  };
}

const good = JSON.stringify({
  model: 'm',
  version: 1,
  label: 'a',
  probability: 1,
  predictions: [],
  timings: {},
});

test('the answer is the server’s, from every kind of source', async () => {
  const client = createClient(server.url, { key });
  const response = await fetch(`${server.url}/classify`, {
    method: 'POST',
    body: picture,
    headers: { 'x-api-key': key },
  });
  const { timings: _, ...answer } = (await response.json()) as Record<string, unknown>;
  expect(answer).toMatchObject({ model: 'colors', version: 2 });
  const sources = [
    file,
    pathToFileURL(file),
    pathToFileURL(file).href,
    `data:image/png;base64,${Buffer.from(picture).toString('base64')}`,
    picture,
    picture.buffer,
    new Blob([picture]),
  ];
  for (const source of sources) expect(await client.classify(source)).toMatchObject(answer);
  const all = await client.classify(sources, { top: 1 });
  expect(all).toHaveLength(sources.length);
  expect(all.map(({ label, predictions }) => [label, predictions.length])).toEqual(
    sources.map(() => [answer.label, 1]),
  );
  expect(await client.classify(picture, { model: 'colors', version: 1, top: 2 })).toMatchObject({
    version: 1,
    predictions: { length: 2 },
  });
  const models = await client.models();
  expect(models.map(({ name, version, newest, card }) => [name, version, newest, card.labels])).toEqual([
    ['colors', 1, false, ['red', 'green', 'blue']],
    ['colors', 2, true, ['red', 'green', 'blue']],
  ]);
});

test('an address below which an app has the server, with or without a slash', async () => {
  for (const end of ['', '/', '//']) {
    const client = createClient(`${server.url}${end}`, { key });
    expect(await client.classify(picture)).toMatchObject({ model: 'colors' });
  }
});

test('errors are about the picture, or about all else, in the server’s words', async () => {
  const client = createClient(server.url, { key });
  await expect(client.classify(Buffer.from('hello'))).rejects.toThrow(PictureError);
  await expect(client.classify(join(folder.path, 'none.png'))).rejects.toThrow(
    /none\.png cannot be read: it is not there/,
  );
  await expect(client.classify(`${server.url}/none.png`)).rejects.toThrow(/answered 404, expected a picture/);
  const noModel = client.classify(picture, { model: 'colours' });
  await expect(noModel).rejects.toMatchObject({ name: 'ServerError', status: 404 });
  await expect(noModel).rejects.toThrow(/there is no model "colours"/);
  await expect(createClient(server.url).classify(picture)).rejects.toMatchObject({ status: 401 });
  await expect(createClient('http://127.0.0.1:9', { retries: 0 }).classify(picture)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:9\/ cannot be reached: /,
  );
  await expect(client.classify(picture, { top: 0 })).rejects.toThrow(/^top: received 0, expected a whole/);
  // @ts-expect-error: JavaScript has no types
  await expect(client.classify(7)).rejects.toThrow(/received number, expected a picture/);
  expect(() => createClient('localhost')).toThrow(
    new TypeError('received "localhost", expected the address of a server, such as http://localhost:3000'),
  );
});

test('a busy server is asked again, as it says when', async () => {
  using busy = await scripted([[429, { 'retry-after': '1' }], [503], [0], [200, {}, good]]);
  expect(await createClient(busy.url).classify(picture)).toMatchObject({ label: 'a' });
  expect(busy.times).toHaveLength(4);
  const [first = 0, second = 0, third = 0] = busy.times;
  expect(second - first).toBeGreaterThan(950);
  expect(third - second).toBeGreaterThan(200);
});

test('and not for ever, nor for what will not change', async () => {
  using always = await scripted(Array(9).fill([503, { 'retry-after': '0' }]));
  await expect(createClient(always.url, { retries: 2 }).classify(picture)).rejects.toMatchObject({
    status: 503,
    message: 'busy',
  });
  expect(always.times).toHaveLength(3);
  using later = await scripted([[503, { 'retry-after': '3600' }]]);
  await expect(createClient(later.url).classify(picture)).rejects.toThrow(ServerError);
  expect(later.times).toHaveLength(1);
  using broken = await scripted([[500, {}, '<html>'], [422]]);
  await expect(createClient(broken.url).classify(picture)).rejects.toThrow(`${broken.url}/ answered 500`);
  await expect(createClient(broken.url).classify(picture)).rejects.toThrow(PictureError);
  expect(broken.times).toHaveLength(2);
});

test('a response that breaks off is the server’s error, and a pipe the picture’s', async () => {
  using cut = await scripted([[200, { 'content-length': '1000' }, good]]);
  await expect(createClient(cut.url, { timeout: 500 }).classify(picture)).rejects.toMatchObject({
    name: 'ServerError',
    status: 200,
    message: expect.stringMatching(/^the response did not come to its end: /),
  });
  const pipe = join(folder.path, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [folder.path, pipe])
    await expect(createClient(cut.url).classify(path)).rejects.toThrow(
      /cannot be read: it is a folder, a pipe or a device/,
    );
});

test('what is no Trainyard server is said to be none', async () => {
  using other = await scripted([
    [200, {}, '<html>'],
    [200, {}, '{}'],
    [200, {}, '{"predictions": []}'],
  ]);
  await expect(createClient(other.url).classify(picture)).rejects.toThrow(
    /another answer than Trainyard does/,
  );
  await expect(createClient(other.url).models()).rejects.toThrow(/another answer than Trainyard does/);
  await expect(createClient(other.url).classify(picture)).rejects.toThrow(
    /another answer than Trainyard does/,
  );
});

test('a picture goes to the server alone, and a response that does not end is left', async () => {
  using elsewhere = await scripted([[200, {}, good]]);
  using first = await scripted([
    [307, { location: `${elsewhere.url}/classify` }],
    [302, { location: `${elsewhere.url}/classify` }],
    [200, {}, `{"label": "${'a'.repeat(17 * 1024 * 1024)}"}`],
  ]);
  const client = createClient(first.url, { retries: 0 });
  for (const status of [307, 302])
    await expect(client.classify(picture)).rejects.toMatchObject({
      name: 'ServerError',
      status,
      message: expect.stringContaining(`sends elsewhere, to ${elsewhere.url}/classify: give createClient`),
    });
  expect(elsewhere.times).toEqual([]);
  await expect(client.classify(picture)).rejects.toThrow(
    /did not come to its end: it has more than 16777216/,
  );
});

test('addresses and keys that would be sent in another way are refused, and never shown', () => {
  for (const [url, message] of [
    ['localhost', /expected the address of a server/],
    ['ftp://host', /expected the address of a server/],
    [
      'http://me:secret@host',
      /^the address of http:\/\/host has a name or a password: use the option "key"$/,
    ],
    ['http://host/ai?model=a', /without "\?model=a"/],
    ['http://host/#a', /without "#a"/],
  ] as const)
    expect(() => createClient(url)).toThrow(message);
  for (const bad of ['two words', 'line\nend', '\u00e9'.repeat(20), ''])
    expect(() => createClient('http://host', { key: bad })).toThrow(/^key: it has characters that no header/);
});

test('a page can have it: it needs nothing of Node, and is small', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'public/client.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser', // an import of Node would be an error
    logLevel: 'silent',
  });
  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(4_000); // 3,386
});

test('a signal ends the waiting, between tries too, and a try has its time', async () => {
  using busy = await scripted(Array(9).fill([503, { 'retry-after': '20' }]));
  const signal = AbortSignal.timeout(200);
  await expect(createClient(busy.url).classify(picture, { signal })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await expect(createClient(url, { retries: 0, timeout: 100 }).classify(picture)).rejects.toThrow(
    /cannot be reached: The operation was aborted due to timeout/,
  );
  silent.closeAllConnections();
  silent.close();
});

test('an option that there is not is refused by name: passed over, a misspelt key would be none', async () => {
  // @ts-expect-error: JavaScript has no types
  expect(() => createClient(server.url, { kee: key })).toThrow(
    /^createClient has no option "kee"\. Did you mean key\?$/,
  );
  // @ts-expect-error: JavaScript has no types
  await expect(createClient(server.url, { key }).classify(picture, { modl: 'other' })).rejects.toThrow(
    /^classify has no option "modl"\. Did you mean model\?$/,
  );
  // @ts-expect-error: JavaScript has no types
  await expect(createClient(server.url, { key }).models({ sginal: null })).rejects.toThrow(
    /^models has no option "sginal"\. Did you mean signal\?$/,
  );
});
