// What is promised of bodies: compressed by any known encoding, in any spelling, they are read like others; what unpacks to
// too much is refused; and a client that asks before it sends is answered before it sends. Asked by curl.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../../serve/http/listen.ts';
import { createByteBudget, type RequestMemory } from '../../../serve/memory/byte-budget.ts';
import { readBody } from '../../../serve/upload/body.ts';
import { colors, openTestApp } from '../harness.ts';
import { formWith } from '../hostile/forms.ts';
import { plain } from '../pictures.ts';

const MiB = 1024 * 1024;
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'trainyard-bodies-'));
const red = await plain('red');
let server: Awaited<ReturnType<typeof openTestApp>>;
let guarded: Awaited<ReturnType<typeof openTestApp>>;
let open: Listening[];

beforeAll(async () => {
  const limits = { bodyBytes: 2 * MiB };
  server = await openTestApp({ models: [colors], limits });
  guarded = await openTestApp({ models: [colors], limits, keys: () => undefined });
  open = await Promise.all([server, guarded].map(({ app }) => listen(app, '127.0.0.1', 0)));
});
afterAll(async () => {
  for (const listening of open) await listening.close();
  await server.close();
  await guarded.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly sent: number;
  /** Whether the server asked for the body. */
  readonly asked: boolean;
  readonly text: string;
}

/** Posts a body as curl does. */
async function curl(
  body: Uint8Array,
  headers: readonly string[],
  path = '/classify',
  at = 0,
): Promise<Answer> {
  const file = join(folder, 'body');
  writeFileSync(file, body);
  const typed = headers.some((header) => header.startsWith('Content-Type'));
  const { stdout, stderr } = await run('curl', [
    ...['-s', '-v', '--max-time', '20', '--expect100-timeout', '10', '--data-binary', `@${file}`],
    ...[...headers, ...(typed ? [] : ['Content-Type: image/png'])].flatMap((header) => ['-H', header]),
    ...['-w', '\n%{http_code} %{size_upload}', `${open[at]?.url}${path}`],
  ]);
  const lines = stdout.split('\n');
  const [status = 0, sent = 0] = (lines.pop() ?? '').split(' ').map(Number);
  return { status, sent, asked: /^< HTTP\/1\.1 100 Continue/m.test(stderr), text: lines.join('\n') };
}

describe('a compressed body', () => {
  test.each<[string, (bytes: Uint8Array) => Buffer]>([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    [' Gzip ,', gzipSync],
    ['identity, gzip', gzipSync],
    ['deflate', deflateSync],
    ['Deflate', deflateRawSync],
    ['gzip, deflate', (bytes) => deflateSync(gzipSync(bytes))],
    ['identity', (bytes) => Buffer.from(bytes)],
  ])('of Content-Encoding: %s', async (encoding, compress) => {
    const header = `Content-Encoding: ${encoding}`;
    const answer = await curl(compress(red), [header]);
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"label":"red"')]);
    const { body, type } = formWith(red);
    expect(await curl(compress(body), [header, `Content-Type: ${type}`])).toMatchObject({ status: 200 });
    const json = Buffer.from(JSON.stringify({ image: red.toString('base64') }));
    expect(await curl(compress(json), [header])).toMatchObject({ status: 200 });
    const tensor = Buffer.alloc(12);
    const bytesAlone = [header, 'Inference-Header-Content-Length: 0'];
    expect(await curl(compress(tensor), bytesAlone, '/v2/models/colors/infer')).toMatchObject({
      status: 200,
    });
  });

  test('as the gzip of the system makes it, in several members', async () => {
    const gzip = (bytes: Uint8Array) => execFileSync('gzip', ['-c'], { input: bytes });
    const half = Math.floor(red.length / 2);
    const members = Buffer.concat([gzip(red.subarray(0, half)), gzip(red.subarray(half))]);
    expect(await curl(members, ['Content-Encoding: gzip'])).toMatchObject({ status: 200 });
  });

  test.each<[string, string, Uint8Array, number, RegExp]>([
    ['an unknown encoding', 'br', red, 415, /received br, expected gzip, deflate or none/],
    ['three of them', 'gzip, gzip, gzip', red, 415, /2 of them at most/],
    ['what is not compressed', 'gzip', red, 400, /the body is not gzip: incorrect header check/],
    [
      'what is cut off',
      'gzip',
      gzipSync(red).subarray(0, -9),
      400,
      /the body is not gzip: unexpected end of file/,
    ],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(64 * MiB)), 413, /decompressed body is longer than 2 MiB/],
    ['a bomb of deflate', 'deflate', deflateSync(Buffer.alloc(64 * MiB)), 413, /longer than 2 MiB/],
    ['a bomb in a bomb', 'gzip, gzip', gzipSync(gzipSync(Buffer.alloc(512 * MiB))), 413, /longer than 2 MiB/],
    ['nothing', 'gzip', new Uint8Array(), 400, /received an empty body/],
  ])('that is %s is refused', async (_, encoding, body, status, words) => {
    const answer = await curl(body, [`Content-Encoding: ${encoding}`]);
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(words)]);
  });
});

describe('many bodies at once that unpack to much', () => {
  const bomb = gzipSync(Buffer.alloc(MiB, 'A'));
  const unpack = (memory: RequestMemory) =>
    readBody({
      stream: Readable.from([bomb]),
      type: '',
      announced: undefined,
      limit: MiB,
      encodings: ['gzip'],
      memory,
    });

  test('are counted while they unpack, a few at a time, and no further than the budget', async () => {
    const budget = 3 * MiB;
    const openMemory = createByteBudget(budget);
    const unpacking = new Set<number>();
    let [held, mostHeld, most, largest] = [0, 0, 0, 0];
    const memories: RequestMemory[] = [];
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, i) => {
        const memory = openMemory();
        memories.push(memory);
        const counted = (bytes: number) => {
          memory.reserve(bytes);
          held += bytes;
          mostHeld = Math.max(mostHeld, held);
          if (bytes === bomb.length) return;
          largest = Math.max(largest, bytes);
          unpacking.add(i);
          most = Math.max(most, unpacking.size);
        };
        return unpack({ ...memory, reserve: counted }).finally(() => unpacking.delete(i));
      }),
    );
    const read = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.status] : []));
    expect(read.map((body) => body.equals(Buffer.alloc(MiB, 'A')))).toEqual([true, true]);
    expect(refused).toEqual(Array(18).fill(503));
    expect(most).toBe(2);
    expect(largest).toBeLessThanOrEqual(64 * 1024);
    expect(mostHeld).toBeLessThanOrEqual(budget);
    for (const memory of memories) memory.release();
    expect(() => openMemory().reserve(budget)).not.toThrow();
  });
});

describe('JSON', () => {
  const text = JSON.stringify({ image: red.toString('base64') });
  const swapped = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  test.each<[string, Uint8Array, number]>([
    ['with a byte order mark', Buffer.from(`\ufeff${text}`), 200],
    ['with a mark and white space', Buffer.from(`\ufeff \n${text}`), 200],
    ['as PowerShell writes it, UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 200],
    ['in UTF-16, the other way', swapped, 200],
    ['behind a mark, which is none', Buffer.from('\ufeff{'), 400],
    ['of nothing but a mark', Buffer.from('\ufeff'), 415],
  ])('%s', async (_, body, status) => {
    expect(await curl(body, [])).toMatchObject({ status });
  });

  test('of an inference request with a byte order mark', async () => {
    const inputs = [{ name: 'image', datatype: 'BYTES', shape: [1], data: [red.toString('base64')] }];
    const body = Buffer.from(`\ufeff${JSON.stringify({ inputs })}`);
    expect(await curl(body, [], '/v2/models/colors/infer')).toMatchObject({ status: 200 });
  });
});

describe('a client that asks before it sends', () => {
  const expecting = 'Expect: 100-continue';
  const large = Buffer.alloc(3 * MiB);

  test('is asked for a body that is wanted, and answered', async () => {
    expect(await curl(red, [expecting])).toMatchObject({ status: 200, asked: true, sent: red.length });
    const { body, type } = formWith(red);
    const form = await curl(body, [expecting, `Content-Type: ${type}`]);
    expect(form).toMatchObject({ status: 200, asked: true });
    const long = Buffer.concat([red, Buffer.alloc(1.5 * MiB)]);
    expect(await curl(formWith(long).body, [expecting, `Content-Type: ${type}`])).toMatchObject({
      status: 200,
      asked: true,
    });
  });

  test.each<[string, number, Uint8Array, string[], string, number]>([
    ['too long', 413, large, [], '/classify', 0],
    ['too long, in a form', 413, large, ['Content-Type: multipart/form-data; boundary=x'], '/classify', 0],
    ['too long for inference', 413, large, [], '/v2/models/colors/infer', 0],
    ['for a model that is not there', 404, red, [], '/classify?model=digits', 0],
    ['with an option that is none', 400, red, [], '/classify?tob=1', 0],
    ['for an address that is not there', 404, red, [], '/clasify', 0],
    ['compressed in an unknown way', 415, red, ['Content-Encoding: zstd'], '/classify', 0],
    ['without a key', 401, red, [], '/classify', 1],
  ])(
    'and whose body is %s is refused with %d before it sends',
    async (_, status, body, headers, path, at) => {
      const answer = await curl(body, [expecting, ...headers], path, at);
      expect(answer).toMatchObject({ status, asked: false, sent: 0 });
    },
  );

  test('sends chunks up to the limit, since their length is not known before', async () => {
    const answer = await curl(large, [expecting, 'Transfer-Encoding: chunked']);
    expect(answer).toMatchObject({ status: 413, asked: true });
  });
});
