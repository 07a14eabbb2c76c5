// What is promised of the command: it starts with a word about what is wrong, and ends without losing a request.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayHaveGpu } from '../../setup/machine/gpu.mjs';
import { isGpu } from '../../setup/machine/gpu-choice.mjs';
import { freePort, listening, program } from '../listening.ts';
import { keepAsking, post } from './clients.ts';
import { colors, fillRepository, temporaryFolder } from './harness.ts';
import { busy } from './pictures.ts';
import { wrongGolden } from './tiny-model.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  await fillRepository(folder.path, [colors]);
});
afterAll(() => folder.remove());

function run(command: string, ...args: string[]) {
  return spawn(process.execPath, [program, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Starts the server; its address is in what it prints. */
async function start(...args: string[]) {
  const child = run('serve', '--port', '0', '--repository', folder.path, '--threads', '2', ...args);
  const ended = once(child, 'exit');
  return { child, ended, ...(await listening(child)) };
}

describe('ends by itself', () => {
  test('on SIGTERM, after every accepted request is answered', async () => {
    const { child, url, ended } = await start();
    const bytes = await busy('png', 300, 300);
    const clients = keepAsking(`${url}/classify`, bytes, 16);
    await expect.poll(clients.answered, { timeout: 20_000 }).toBeGreaterThan(50);
    const slow = post(`${url}/classify`, bytes, undefined, async () => {
      child.kill('SIGTERM');
      clients.farewell();
      await sleep(600); // beyond the end of all listening
    });
    const { status, body } = await slow;
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ model: 'colors' })]);
    await clients.ended;
    expect(clients.failures).toEqual([]);
    expect(await ended).toEqual([0, null]);
  });

  test('on SIGTERM, some seconds later, in which it is not ready and answers whoever asks', async () => {
    const { child, url, ended, printed } = await start('--shutdown-delay', '3');
    const ready = () => fetch(`${url}/readyz`).then(({ status }) => status);
    expect(await ready()).toBe(200);
    child.kill('SIGTERM');
    await expect.poll(ready).toBe(503);
    await sleep(700); // beyond the end of all listening, if there were no delay
    const { status } = await post(`${url}/classify`, await busy('png'));
    expect([status, await ready()]).toEqual([200, 503]);
    expect(await ended).toEqual([0, null]);
    expect(printed()).toContain('Stopping at SIGTERM: after 3 s more (--shutdown-delay), accepted requests');
  });

  test('on SIGTERM, though nobody reads its log and the pipe is full', async () => {
    const { child, url, ended } = await start('--log-requests', 'all');
    child.stdout.pause();
    const headers = { 'x-request-id': 'x'.repeat(128) };
    // 400 bytes a line: more than pipes and Node's buffers hold.
    const ask = async () => (await fetch(`${url}/healthz`, { headers })).text();
    for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 40 }, ask));
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test.each(['SIGINT', 'SIGHUP'] as const)('on %s', async (signal) => {
    const { child, ended } = await start();
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  });

  test('on SIGTERM while its models load', async () => {
    const child = run('serve', '--port', '0', '--repository', folder.path);
    const ended = once(child, 'exit');
    await once(child.stdout, 'data'); // its settings
    child.stdout.destroy(); // the end of its log is for nobody
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test.each(['text', 'json'])(
    'on SIGTERM, and not before, where its log of %s finds the disk full',
    async (format) => {
      const [full, port] = [openSync('/dev/full', 'w'), await freePort()];
      const args = [
        '--port',
        `${port}`,
        '--repository',
        folder.path,
        '--log-format',
        format,
        '--log-requests',
        'all',
      ];
      const child = spawn(process.execPath, [program, 'serve', ...args], { stdio: ['ignore', full, full] });
      closeSync(full);
      const ended = once(child, 'exit');
      const ask = () => fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status);
      await expect.poll(() => ask().catch(() => 0), { timeout: 20_000 }).toBe(200);
      for (let i = 0; i < 50; i++) expect(await ask()).toBe(200);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    },
  );
});

describe('serve --check', () => {
  const check = async (repository: string, device = 'cpu') => {
    const args = ['--check', '--repository', repository, '--log-format', 'json', '--device', device];
    const child = run('serve', ...args);
    const [[code], printed] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
    const lines: { level: string; msg: string }[] = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { code, lines: lines.map(({ level, msg }) => `${level}: ${msg}`) };
  };

  test('ends with 0 when every version of every model is well, each with its line', async () => {
    const { code, lines } = await check(folder.path);
    expect(lines).toEqual([
      expect.stringMatching(/^info: colors\/1: well on cpu, 4 golden vectors, \d+ ms$/),
    ]);
    expect(code).toBe(0);
  });

  test('says that there is no CUDA, which auto does without and cuda needs', async ({ skip }) => {
    skip(isGpu(), 'this machine is set up with --gpu');
    const auto = await check(folder.path, 'auto');
    expect(auto.lines).toEqual([
      ...(mayHaveGpu()
        ? [expect.stringMatching(/^info: CUDA is not set up: .* --gpu .*; models run on the processor$/)]
        : []),
      expect.stringMatching(/^info: colors\/1: well on cpu/),
    ]);
    const cuda = await check(folder.path, 'cuda');
    expect(cuda).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^error: colors\/1: CUDA is not set up/)],
    });
  });

  test('ends with 1 when one is not, also an old one, and says which and why', async () => {
    const other = await temporaryFolder();
    await fillRepository(other.path, [{ ...colors, change: wrongGolden }, colors]);
    await mkdir(join(other.path, 'junk', '1'), { recursive: true });
    await writeFile(join(other.path, 'junk', '1', 'model.onnx'), 'no model');
    const { code, lines } = await check(other.path);
    expect(lines).toEqual([
      expect.stringMatching(/^error: junk\/1 /),
      expect.stringMatching(/^error: colors\/1: .*differs from its card by/),
      expect.stringMatching(/^info: colors\/2: well on cpu/),
    ]);
    expect(code).toBe(1);
    await other.remove();
  });
});

test('a log that is no terminal is JSON, with its settings and without a key', async () => {
  const keys = join(folder.path, 'keys');
  const key = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';
  await writeFile(keys, `laboratory ${key}\n`);
  const { child, ended, url, printed } = await start('--keys', keys, '--log-requests', 'all');
  const headers = { 'x-api-key': key, 'x-request-id': 'one' };
  expect((await fetch(`${url}/models`, { headers })).status).toBe(200);
  expect((await fetch(`${url}/models`)).status).toBe(401);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  const lines = printed()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const line of lines) expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(lines[0].msg).toMatch(
    /^settings: port 0 \(--port\), repository .*, keys .*keys \(--keys\), logRequests all/,
  );
  expect(lines).toContainEqual(
    expect.objectContaining({
      requestId: 'one',
      key: 'laboratory',
      path: '/models',
      status: 200,
      level: 'info',
    }),
  );
  expect(lines).toContainEqual(expect.objectContaining({ path: '/models', status: 401, level: 'warn' }));
  const said = lines.map(({ msg }) => msg).join('\n');
  expect(said).toContain('try:  curl -H "X-API-Key: $KEY" -F img=@picture.png');
  expect(lines.at(-1).msg).toMatch(/^Stopping/);
  expect(printed()).not.toContain(key);
});

test('keys are exchanged while it runs: old ones end, a damaged file changes nothing, and both are said', async () => {
  const [path, old, fresh] = [join(folder.path, 'exchanged'), 'o'.repeat(20), 'f'.repeat(20)];
  await writeFile(path, `lab ${old}\n`);
  const { child, ended, url, printed } = await start('--keys', path);
  const ask = async (key: string) => {
    const { status, headers } = await fetch(`${url}/models`, { headers: { 'x-api-key': key } });
    return [status, headers.get('ratelimit-policy')];
  };
  expect(await Promise.all([ask(old), ask(fresh)])).toEqual([
    [200, null],
    [401, null],
  ]);
  await writeFile(`${path}.new`, `lab ${fresh} requests-per-minute=1000\n`);
  await rename(`${path}.new`, path);
  await expect.poll(() => ask(fresh), { timeout: 10_000 }).toEqual([200, '"requests";q=1000;w=60']);
  expect(await ask(old)).toEqual([401, null]);
  await writeFile(path, 'damaged');
  await expect.poll(printed, { timeout: 10_000 }).toMatch(/line 1: .*; the keys \(1\) .* go on/);
  expect((await ask(fresh))[0]).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(printed()).toContain('has changed: its keys (1) count now');
  expect(printed()).not.toMatch(/o{20}|f{20}/);
});

test.each([
  ['start', ['--port', 'http'], '--port takes a whole number from 0 to 65535; received "http".'],
  ['web-demo', ['--port', '65536'], '--port takes a whole number from 0 to 65535; received "65536".'],
  ['serve', ['--port', 'http'], '--port: received "http", expected a whole number from 0 to 65535'],
  ['serve', ['--threads=0'], '--threads: received "0", expected a whole number from 1 to 1024'],
  ['serve', ['--prot', '1'], 'Did you mean --port?'],
  [
    'serve',
    ['--repository', '/nowhere'],
    'there is no model to serve in /nowhere. Make one with:\n  npm run train digits',
  ],
])('%s %j is answered in words, without a stack', async (command, args, message) => {
  const child = run(command, '--port', '0', ...args);
  const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  expect(errors).toContain(message);
  expect(errors).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});
