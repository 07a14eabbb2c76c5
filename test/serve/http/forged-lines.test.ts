// What is promised of text from elsewhere: a request makes one line in the log, whatever is in it, and nothing that it
// holds acts on the terminal that shows the log or the answer. Sent by curl.
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../../serve/app.ts';
import { type Listening, listen } from '../../../serve/http/listen.ts';
import { jsonLog, type Log, textLog } from '../../../serve/log.ts';
import { routesWithBug } from '../bug-route.ts';
import { colors, openTestApp } from '../harness.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'trainyard-log-'));
const file = join(folder, 'log');
let server: Awaited<ReturnType<typeof openTestApp>>;
const open: Listening[] = [];

beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  for (const listening of open) await listening.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Listens with a log. */
async function start(log: Log): Promise<string> {
  const app = createApp({ engine: server.engine, log, logRequests: 'all', routes: routesWithBug });
  const listening = await listen(app, '127.0.0.1', 0);
  open.push(listening);
  return listening.url;
}

async function curl(...words: string[]): Promise<string> {
  return (await run('curl', ['-s', '-g', '--path-as-is', '--max-time', '20', ...words])).stdout;
}

const forged = 'POST%20/classify%20200%20in%201.0%20ms';

/** Requests, each with something in it that wants to be a line, or to act on a terminal. */
const requests: readonly (readonly [name: string, words: (url: string) => string[]])[] = [
  ['a line feed in the path', (url) => [`${url}/x%0A${forged}`]],
  ['a carriage return', (url) => [`${url}/x%0D${forged}`]],
  ['a line separator', (url) => [`${url}/x%E2%80%A8${forged}`]],
  ['escape sequences', (url) => [`${url}/%1b[2J%1b]0;title%07%1b[1A`]],
  ['C1 controls', (url) => [`${url}/%C2%9B2J%C2%85${forged}`]],
  ['letters that run backwards', (url) => [`${url}/%E2%80%AEgpj.exe%E2%81%A6`]],
  ['bytes that are no text', (url) => [`${url}/%ff%fe%0a${forged}`]],
  ['a path of 10,000 letters', (url) => [`${url}/${'a'.repeat(10_000)}`]],
  ['another method', (url) => ['-X', 'PUT', `${url}/classify/%0A${forged}`]],
  ['the name of a model', (url) => ['-d', 'x', `${url}/models/x%0A${forged}%1b[1A/classify`]],
  ['the name of a model in the query', (url) => ['-d', 'x', `${url}/classify?model=x%0A${forged}%E2%80%AE`]],
  ['the name of an option', (url) => ['-d', 'x', `${url}/classify?x%0A%1b[1A=1`]],
  ['the name of a field', (url) => ['-F', 'x\u009b\u202e=@package.json', `${url}/classify`]],
  ['a request id', (url) => ['-H', 'X-Request-Id: \u009b1m\u202e', `${url}/healthz`]],
  ['a user agent', (url) => ['-A', '\u009b2J\u202e', `${url}/healthz`]],
  ['a bug whose message repeats what was sent', (url) => [`${url}/bug?say=x%0A%20%20at%20${forged}%1b[1A`]],
];

// Bytes, so that nothing has been taken for text yet: C0 and C1 controls, separators, overrides.
const acting =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b\x8e\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf/;

describe.each(requests)('%s', (name, words) => {
  const records = name.startsWith('a bug') ? 2 : 1;
  // The answer may be here before the line.
  const logged = (lines: () => number) => expect.poll(lines).toBeGreaterThanOrEqual(records);

  test('makes one line of the text log', async () => {
    const lines: string[] = [];
    for (const stream of ['log', 'error'] as const)
      vi.spyOn(console, stream).mockImplementation((line) => void lines.push(line));
    const url = await start(textLog());
    const answer = await curl(...words(url));
    await logged(() => lines.length);
    const all = lines.flatMap((line) => line.split(/[\n\r\u0085\u2028\u2029]/));
    const frames = all.filter((line) => /^ {4}at /.test(line)); // of a stack
    expect(all.length - frames.length).toBe(records);
    expect(all.filter((line) => line.startsWith('POST /classify 200'))).toEqual([]);
    expect(Buffer.from(lines.join('\n')).toString('latin1')).not.toMatch(acting);
    expect(Buffer.from(answer).toString('latin1')).not.toMatch(acting);
    for (const line of lines) expect(line.length).toBeLessThan(5_000);
  });

  test('makes one object of the JSON log', async () => {
    const descriptor = openSync(file, 'w');
    const { log, flush } = jsonLog(descriptor);
    const url = await start(log);
    await curl(...words(url));
    await logged(() => {
      flush();
      return readFileSync(file, 'latin1').split('\n').length - 1;
    });
    closeSync(descriptor);
    const written = readFileSync(file);
    expect(written.toString('latin1')).not.toMatch(acting);
    const lines = written.toString('utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(records);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) });
  });
});
