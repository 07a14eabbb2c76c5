// What a server that is no good Hub can do: nothing that stays, and nothing but one clear message.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { fetchModel } from '../../hub/fetch-model.ts';
import { type Pace, pieces } from '../../hub/pieces.ts';
import { hubSettings } from '../../hub/settings.ts';
import { listeningOn } from './server.ts';
import { onnx, temporaryFolder } from './support.ts';

const COMMIT = 'a'.repeat(40);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A Hub with these files, which answers all requests for them alike, without digests. */
async function hubWith(files: readonly string[], file: Answer, listing?: Answer) {
  const siblings = files.map((rfilename) => ({ rfilename }));
  const list: Answer = listing ?? ((response) => response.end(JSON.stringify({ sha: COMMIT, siblings })));
  const server = createServer((request, response) =>
    (request.url?.startsWith('/api/') ? list : file)(response, request),
  );
  const { address, close } = await listeningOn(server);
  const folder = temporaryFolder();
  closing.push(close, folder.close);
  const settings = { endpoint: address, cache: folder.path, token: 'hf_secret', offline: false };
  const target = join(folder.path, 'models--acme--cats/snapshots', COMMIT, 'model.onnx');
  return { settings, target, fetch: (word = 'hf:acme/cats') => fetchModel(word, { settings }) };
}

const refusal = (words: RegExp) =>
  expect.objectContaining({ name: 'UserError', message: expect.stringMatching(words) });

const sends =
  (body: string | Uint8Array, status = 200): Answer =>
  (response) =>
    response.writeHead(status).end(body);

test.each(['http://[', 'http://127.0.0.1:99999/', 'file:///etc/hostname', 'data:text/plain,x', 'ftp://a/b'])(
  'a redirect to %s is refused',
  async (location) => {
    const toThere: Answer = (response) => response.writeHead(302, { location }).end();
    const words = /redirects to ".+" for .*hf:acme\/cats, expected an address of http or https/;
    const files = await hubWith(['model.onnx'], toThere);
    await expect(files.fetch()).rejects.toEqual(refusal(words));
    expect(existsSync(files.target)).toBe(false);
    await expect((await hubWith([], toThere, toThere)).fetch()).rejects.toEqual(refusal(words));
  },
);

test.each([
  ['a page', sends('<html>Log in</html>'), /hf:acme\/cats\/model.onnx is no model.*a page of HTML/],
  ['nothing', sends('', 204), /is no model.*the file is empty/],
  ['a range that nobody asked for', sends('', 416), /answered 416 for model.onnx/],
])('%s in the place of a model is not kept', async (_, answer, words) => {
  let now: Answer = answer;
  const { fetch, target } = await hubWith(['model.onnx'], (...all) => now(...all));
  await expect(fetch()).rejects.toEqual(refusal(words));
  expect(existsSync(target)).toBe(false);
  now = sends(onnx);
  expect(readFileSync((await fetch()).path)).toEqual(Buffer.from(onnx));
});

test.each([
  [sends('<html>'), /does not answer as a Hugging Face Hub does/],
  [sends('', 416), /answered 416 for hf:acme\/cats/],
  [sends('', 401), /hf:acme\/cats is not there, or is private.*The token/],
  [sends('', 403), /does not give hf:acme\/cats to you/],
  [sends('', 404), /hf:acme\/cats is not there: .* answered 404/],
  [sends('', 429), /takes no more requests from here for now/],
  [sends('', 304), /answered 304 for hf:acme\/cats/],
  [sends('', 503), /answered 503 for hf:acme\/cats/],
])('a listing that is none is told for what it is: %#', async (listing, words) => {
  await expect((await hubWith([], listing, listing)).fetch()).rejects.toEqual(refusal(words));
});

test('an answer that names another address besides is taken itself', async () => {
  const { fetch } = await hubWith(['model.onnx'], (response) =>
    response.writeHead(200, { location: '/api/other' }).end(onnx),
  );
  expect(readFileSync((await fetch()).path)).toEqual(Buffer.from(onnx));
});

test('git’s digest of a small file is held against it, weakly marked or not; another tag is none', async () => {
  const content = '{"a": "ü"}';
  const digest = execFileSync('git', ['hash-object', '--stdin'], { input: content, encoding: 'utf8' }).trim();
  const withTag = async (etag: string) =>
    await hubWith(['config.json', 'model.onnx'], (response, { url }) =>
      url?.endsWith('.json') ? response.writeHead(200, { etag }).end(content) : response.end(onnx),
    );
  for (const tag of [`"${digest}"`, `W/"${digest}"`, `"v1-${'0'.repeat(40)}"`]) {
    const { fetch, target } = await withTag(tag);
    await fetch();
    expect(readFileSync(join(dirname(target), 'config.json'), 'utf8')).toBe(content);
  }
  for (const tag of [`"${'0'.repeat(40)}"`, `W/"${'0'.repeat(40)}"`]) {
    const { fetch, target } = await withTag(tag);
    await expect(fetch()).rejects.toEqual(
      refusal(/config\.json of hf:acme\/cats is not what .* digest is another/),
    );
    expect(readdirSync(dirname(target))).toEqual([]);
  }
});

test('what is no model in the cache is not in its way', async () => {
  const { fetch, target } = await hubWith(['model.onnx'], sends(onnx));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, '<html>');
  await expect(fetch(`hf:acme/cats@${COMMIT}`)).rejects.toEqual(refusal(/It was deleted/));
  await expect(fetch(`hf:acme/cats@${COMMIT}`)).resolves.toMatchObject({ path: target });
});

test('names that are no paths are none of its files', async () => {
  const { fetch, settings } = await hubWith(
    ['a\0.onnx', '\ud800.onnx', '\u001b[31m.onnx', '../up.onnx', 'good.onnx'],
    sends(onnx),
  );
  expect((await fetch()).source).toBe(`hf:acme/cats@${COMMIT}/good.onnx`);
  expect(readdirSync(settings.cache)).toEqual(['models--acme--cats']);
});

test('two models never share a folder of the cache', async () => {
  const { fetch } = await hubWith(['model.onnx'], sends(onnx));
  // The Hub has no such names: validate_repo_id of Python's huggingface_hub.
  for (const word of ['hf:acme--cats/x', 'hf:acme/cats--x'])
    await expect(fetch(word)).rejects.toEqual(refusal(/names no model of the Hugging Face Hub/));
});

test('a cache that cannot be used is told without a stack trace', async () => {
  const { fetch, target, settings } = await hubWith(['model.onnx'], sends(onnx));
  mkdirSync(target, { recursive: true });
  await expect(fetch()).rejects.toEqual(refusal(/hf:acme\/cats cannot be kept in .*it is a folder/));
  const large = target.replace('acme', 'large');
  mkdirSync(dirname(large), { recursive: true });
  writeFileSync(large, '');
  truncateSync(large, 3 * 2 ** 30);
  await expect(fetch(`hf:large/cats@${COMMIT}`)).rejects.toEqual(refusal(/it is larger than 2 GiB/));
  const ref = join(settings.cache, 'models--ref--cats/refs/main');
  mkdirSync(ref, { recursive: true });
  await expect(fetch('hf:ref/cats')).rejects.toEqual(refusal(/it is a folder/));
  expect(readdirSync(dirname(ref))).toEqual(['main']);
});

test('a listing that stops is left when its caller leaves, with the caller’s reason', async () => {
  const stops: Answer = (response) => response.writeHead(200).write('{"sha": ');
  const { settings } = await hubWith([], stops, stops);
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(new Error('left')), 50);
  await expect(fetchModel('hf:acme/cats', { settings, signal: leaving.signal })).rejects.toThrow('left');
});

test('a listing without an end is left', async () => {
  let sent = 0;
  const endless: Answer = (response) => {
    const more = () => {
      while (sent < 200 * 2 ** 20 && !response.destroyed) {
        sent += 2 ** 20;
        if (!response.write(' '.repeat(2 ** 20))) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  };
  const { fetch } = await hubWith([], endless, endless);
  await expect(fetch()).rejects.toEqual(refusal(/does not answer as a Hugging Face Hub does/));
  expect(sent).toBeLessThan(200 * 2 ** 20);
});

/** Sends blanks until its reader leaves, at most 200 MB of them. */
function blanks(count: (bytes: number) => void): Answer {
  return (response) => {
    let sent = 0;
    const more = () => {
      while (sent < 200e6 && !response.destroyed) {
        sent += 1e6;
        count(sent);
        if (!response.write(' '.repeat(1e6))) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  };
}

test('a file without an end, or with more than is said of it, is left and not kept', async () => {
  let sent = 0;
  const endless = await hubWith(
    ['config.json', 'model.onnx'],
    blanks((bytes) => {
      sent = bytes;
    }),
  );
  await expect(endless.fetch()).rejects.toEqual(
    refusal(/config\.json of hf:acme\/cats has more than the 16777216 bytes that such a file may have/),
  );
  expect(sent).toBeLessThan(100e6);
  expect(readdirSync(dirname(endless.target))).toEqual([]);
  const said = await hubWith(['model.onnx'], (response) =>
    response.setHeader('x-linked-size', 1000).end(Buffer.alloc(1001)),
  );
  await expect(said.fetch()).rejects.toEqual(refusal(/has more than the 1000 bytes that are said of it/));
  expect(readdirSync(dirname(said.target))).toEqual([]);
  const large = await hubWith(['model.onnx'], (response) =>
    response.setHeader('x-linked-size', 2 ** 31 + 1).end(onnx),
  );
  await expect(large.fetch()).rejects.toEqual(refusal(/has 2147483649 bytes, more than the 2147483648/));
});

test('a file that would look whole however early it ended is not kept', async () => {
  const untold = createTcpServer((socket) =>
    socket.once('data', (request) => {
      const siblings = JSON.stringify({ sha: COMMIT, siblings: [{ rfilename: 'model.onnx' }] });
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
      socket.end(String(request).startsWith('GET /api/') ? siblings : onnx);
    }),
  ).listen(0, '127.0.0.1');
  await once(untold, 'listening');
  const folder = temporaryFolder();
  closing.push(() => untold.close(), folder.close);
  const endpoint = `http://127.0.0.1:${(untold.address() as AddressInfo).port}`;
  const settings = { endpoint, cache: folder.path, token: undefined, offline: false };
  await expect(fetchModel('hf:acme/cats', { settings })).rejects.toEqual(
    refusal(/model\.onnx of hf:acme\/cats cannot be trusted: .* says neither its size nor its digest/),
  );
  expect(readdirSync(join(folder.path, 'models--acme--cats/snapshots', COMMIT))).toEqual([]);
});

test('a part of a file that is of another size is not kept', async () => {
  const asked: (string | undefined)[] = [];
  const { fetch, target } = await hubWith(['model.onnx'], (response, request) => {
    asked.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const [rest, size] = [onnx.subarray(from), onnx.length + (from > 0 ? 1 : 0)];
    response
      .writeHead(from > 0 ? 206 : 200, { 'content-range': `bytes ${from}-${size - 1}/${size}` })
      .end(rest);
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.incomplete`, onnx.subarray(0, 10));
  expect(readFileSync((await fetch()).path)).toEqual(Buffer.from(onnx));
  // Fetched anew, it was right.
  expect(asked).toEqual(['bytes=10-', undefined]);
});

test('a body that drips ends when too little comes; one that is slow and steady does not', async () => {
  const drip = (count: number) =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          if (count-- === 0) return controller.close();
          await sleep(30);
          controller.enqueue(new Uint8Array(10));
        },
      }),
    );
  const read = async (response: Response, pace: Pace) => {
    let bytes = 0;
    for await (const piece of pieces(response, pace)) bytes += piece.length;
    return bytes;
  };
  // A byte now and then, for ever: 10 in each 30 ms, where 1,000 are wanted in 300.
  await expect(read(drip(-1), { bytes: 1000, within: 300 })).rejects.toThrow(/^\d+ bytes came in 0\.3 s$/);
  expect(await read(drip(60), { bytes: 10, within: 1_000 })).toBe(600);
  // The time of who works on the pieces is not the line's.
  let worked = 0;
  for await (const _ of pieces(drip(5), { bytes: 50, within: 2_000 })) {
    await sleep(500);
    worked++;
  }
  expect(worked).toBe(5);
});

test('a password in HF_ENDPOINT is refused, and not shown', () => {
  const endpoint = () => hubSettings({ HF_ENDPOINT: 'https://me:open-sesame@hub.example.com' });
  expect(endpoint).toThrow(/HF_ENDPOINT has a user or a password/);
  expect(endpoint).not.toThrow(/sesame/);
});
