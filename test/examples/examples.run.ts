// The examples run, from the packed package, in folders outside of the checkout, as whoever copies them would run them; and
// webpack, which none of them uses, makes a page that answers.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { chromium } from '../browser.ts';
import { freePort } from '../package/library.ts';
import { digitPng } from '../serve/digit.ts';
import { plainHost } from '../web-demo/plain-host.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trainyard-examples-')));
const run = promisify(execFile);
/** Without what npm and vitest tell their own scripts, and without the tests' folders. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(TRAINYARD_(RUNS|REPOSITORY)|npm_|NODE_ENV|VITEST)/.test(name),
  ),
);
const digit = join(folder, 'digit.png');
let tarball: string;
let browser: Browser;

const npm = (where: string, ...words: string[]) =>
  run('npm', words, { cwd: where, env: { ...environment, NEXT_TELEMETRY_DISABLED: '1' } });

beforeAll(async () => {
  await npm(root, 'pack', '--pack-destination', folder);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  writeFileSync(digit, await digitPng(0));
  browser = await launcher.launch(await chromium());
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of an example with its packages, and this package in the place of the registry's. */
async function install(name: string): Promise<string> {
  const where = join(folder, name);
  cpSync(join(root, 'examples', name), where, { recursive: true });
  await npm(where, 'install', tarball, '--prefer-offline', '--no-audit', '--no-fund');
  return where;
}

/** Runs `npm start`, gives its address to the work, and ends it. */
async function whileStarted(where: string, work: (url: string) => Promise<void>): Promise<void> {
  const port = await freePort();
  const env = { ...environment, PORT: String(port) };
  // A group of its own, since npm starts a shell that starts the server.
  const child = spawn('npm', ['start'], { cwd: where, env, detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const url = `http://127.0.0.1:${port}/`;
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => printed,
    );
  try {
    await expect.poll(answers, { timeout: 60_000, interval: 200 }).toBe(true);
    await work(url);
  } finally {
    const ended = once(child, 'exit');
    if (child.pid !== undefined) process.kill(-child.pid);
    await ended;
  }
}

/** Opens a page, gives it the picture, and waits for what it says. */
async function expectOnPage(
  url: string,
  said: (page: Page) => Promise<string>,
  answer: RegExp,
): Promise<void> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/favicon/.test(message.location().url))
      complaints.push(message.text());
  });
  await page.goto(url);
  await page.locator('input[type=file]').setInputFiles(digit);
  await expect.poll(() => said(page), { timeout: 30_000 }).toMatch(answer);
  expect(complaints).toEqual([]);
  await page.close();
}

const output = (page: Page) => page.locator('output').innerText();

test('plain-script', async () => {
  await whileStarted(await install('plain-script'), (url) =>
    expectOnPage(url, (page) => page.getByRole('status').innerText(), /^7, /),
  );
});

test('react-vite', async () => {
  const where = await install('react-vite');
  await npm(where, 'run', 'build');
  await whileStarted(where, (url) => expectOnPage(url, output, /^7, /));
});

test.each(['hono', 'express'])('%s', async (name) => {
  const where = await install(name);
  await run('npx', ['trainyard', 'setup', '--for', 'serve'], { cwd: where, env: environment });
  await whileStarted(where, async (url) => {
    const body = new Uint8Array(await digitPng(0));
    const response = await fetch(`${url}ai/classify`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ model: 'digits', label: '7' });
    expect((await fetch(`${url}ai/docs`)).status).toBe(200);
  });
});

test('nextjs, built by Turbopack and by webpack', async () => {
  const where = await install('nextjs');
  await run('npx', ['trainyard', 'setup', '--for', 'serve'], { cwd: where, env: environment });
  for (const bundler of ['--turbopack', '--webpack']) {
    await npm(where, 'run', 'build', '--', bundler);
    await whileStarted(where, (url) => expectOnPage(url, output, /^browser: 7, server: 7$/));
  }
});

test('webpack', async () => {
  const where = join(folder, 'webpack');
  mkdirSync(join(where, 'src'), { recursive: true });
  writeFileSync(join(where, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(where, 'src/index.js'), "import 'trainyard/element';");
  await npm(
    where,
    'install',
    tarball,
    'webpack@5',
    'webpack-cli',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
  );
  await run('npx', ['webpack', '--mode', 'production'], { cwd: where, env: environment });
  const built = join(where, 'dist');
  cpSync(
    join(where, 'node_modules/trainyard/models/repository/digits/1/model.onnx'),
    join(built, 'model.onnx'),
  );
  writeFileSync(
    join(built, 'index.html'),
    `<!doctype html><meta charset="utf-8"><script src="main.js"></script>
     <trainyard-classifier src="model.onnx">A picture of a digit</trainyard-classifier>`,
  );
  const host = await plainHost([built]);
  await expectOnPage(host.url, (page) => page.getByRole('status').innerText(), /^7, /);
  await host.close();
});
