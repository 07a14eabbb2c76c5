// What docs/serving.md shows is true: every curl is answered as shown, the snippet and the commands run, the table of
// settings is that of the server.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { flagOf, settingNames, settingsSchema, variableOf } from '../../serve/settings/schema.ts';
import { pythonOf } from '../../setup/install/python-environments.mjs';
import { root } from '../../setup/paths.mjs';
import { listening, program } from '../listening.ts';
import { digitPng } from '../serve/digit.ts';
import { copyShipped, shippedModels } from '../shipped.ts';

const run = promisify(execFile);
const text = readFileSync(join(root, 'docs/serving.md'), 'utf8');
const lines = [...text.matchAll(/^ {4}(.+)$/gm)].map(([, line = '']) => line);
const curls = lines.filter((line) => line.startsWith('curl '));
const predictions = lines.filter((line) => line.startsWith('npm run predict '));
const folder = mkdtempSync(join(tmpdir(), 'trainyard-docs-'));
let child: ReturnType<typeof spawn>;
let address: string;
let grpc: string;

beforeAll(async () => {
  writeFileSync(join(folder, 'digit.png'), await digitPng(0));
  mkdirSync(join(folder, 'photos'));
  cpSync(join(folder, 'digit.png'), join(folder, 'photos', 'a.png'));
  const listed = Array.from({ length: 60 }, (_, index) => `${index}.png`);
  for (const name of listed) cpSync(join(folder, 'digit.png'), join(folder, name));
  writeFileSync(join(folder, 'files.txt'), `${listed.join('\n')}\n`);
  copyShipped(join(folder, 'models'), ['digits']);
  cpSync(shippedModels.digits, join(folder, 'model.onnx'));
  const options = ['serve', '--port', '0', '--grpc-port', '0', '--repository', join(folder, 'models')];
  child = spawn(process.execPath, [program, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const server = await listening(child);
  address = new URL(server.url).host;
  grpc = await vi.waitUntil(() => /"grpc":"([^"]+)"/.exec(server.printed())?.[1]);
});
afterAll(async () => {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  rmSync(folder, { recursive: true });
});

/** The keys of an answer that the page shows, in their order. */
function keysShown(start: string): string[] {
  const shown = lines.find((line) => line.startsWith(start)) ?? '';
  return [...shown.replace(/\[.*?\](?=[,}])|\{\.\.\.\}/g, '0').matchAll(/"(\w+)":/g)].map(
    ([, key = '']) => key,
  );
}

test('every form is shown', () => expect(curls).toHaveLength(8));

test.each(curls)('%s', async (command) => {
  const literal = command.replace('localhost:3000', address).replace('curl', 'curl --silent --show-error');
  const answer = JSON.parse((await run('bash', ['-c', literal], { cwd: folder })).stdout);
  if ('results' in answer) {
    expect(Object.keys(answer)).toEqual(['model', 'version', 'results']);
    expect(answer.results).toMatchObject([
      { file: 'digit.png', label: '7' },
      { file: 'digit.png', label: '7' },
    ]);
    return;
  }
  expect(Object.keys(answer)).toEqual(keysShown('{"model":"digits","version":1,"task":"single","label"'));
  if (!command.includes('[[')) expect(answer).toMatchObject({ model: 'digits', version: 1, label: '7' });
  if (command.includes('top=3')) expect(answer.predictions).toHaveLength(3);
});

test("the snippet with Triton's client prints what is shown", async () => {
  const [, snippet = ''] = /```python\n(.*?)```\n\n {4}(.*)\n/s.exec(text) ?? [];
  const code = snippet.replace('localhost:3000', address);
  const { stdout } = await run(pythonOf('test'), ['-c', code], { cwd: folder });
  expect(stdout).toMatch(/^\[\[b'0\.99999\d+:7:7'\]\]\n$/);
  expect(lines.find((line) => line.startsWith("[[b'"))).toMatch(/^\[\[b'0\.99999\d+:7:7'\]\]$/);
});

test('the snippet over gRPC goes on with its pictures', async () => {
  const [, first = '', second = ''] = /```python\n(.*?)```.*?```python\n(.*?)```/s.exec(text) ?? [];
  const pictures = first.split('\n').filter((line) => /^(import numpy|files)/.test(line));
  const code = [...pictures, second.replace('localhost:8001', grpc)].join('\n');
  const { stdout } = await run(pythonOf('test'), ['-c', code], { cwd: folder });
  expect(stdout).toMatch(/ 9\.9999\d+e-01 /);
});

describe('predict', () => {
  test.each(predictions)('%s', async (command) => {
    const args = command.replace('npm run ', '').replace(' -- ', ' ').split(' ');
    const { stdout, stderr } = await run(
      process.execPath,
      [program, ...args, '--repository', join(folder, 'models')],
      {
        cwd: folder,
      },
    );
    const place = command.includes('--out') ? '; predictions in predictions\\.jsonl' : '';
    // A twentieth of the 60 that are listed is about 3.
    const files = command.includes('--shard') ? '[2-6] files' : '1 file';
    expect(stderr).toMatch(new RegExp(`^digits/1: ${files} at \\d+ a second${place}\\n$`));
    expect(stdout).toMatch(/\b7\b/);
  });

  test('is shown in both of its formats, with a file, and with a list', () =>
    expect(predictions).toHaveLength(4));
});

test('the table of settings is that of the server', () => {
  const rows = settingNames.map((name) => {
    const value: unknown = settingsSchema.shape[name].safeParse(undefined).data;
    const known = name === 'repository' ? 'models/repository' : value;
    const shown = known === undefined || String(known) === '' ? '' : `\`${known}\``;
    const cells = [`\`${name}\``, `\`--${flagOf(name)}\``, `\`${variableOf(name)}\``, shown];
    return `| ${[...cells, settingsSchema.shape[name].description].join(' | ')} |`;
  });
  expect(text.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
});

test('metrics that are named are there', async () => {
  const metrics = await (await fetch(`http://${address}/metrics`)).text();
  const named = new Set(text.match(/trainyard_\w+/g));
  expect(named.size).toBeGreaterThan(9);
  for (const name of named) expect(metrics).toContain(`# HELP ${name} `);
});
