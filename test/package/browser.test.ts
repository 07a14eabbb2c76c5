// What is promised of `trainyard/browser` in others' pages: production builds of the packed package run, whatever made them,
// and answer as in Node; so do pages without a bundler, and those that take the files from another host.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { type Browser, chromium as launcher } from 'playwright-core';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../public/index.ts';
import { root } from '../../setup/paths.mjs';
import { chromium } from '../browser.ts';
import { digitPng } from '../serve/digit.ts';
import { shippedModels } from '../shipped.ts';
import { type Host, plainHost } from '../web-demo/plain-host.ts';
import { type Project, packedProject } from './unpack.ts';

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

let project: Project;
let browser: Browser;
let expected: { label: string; probability: number };
const hosts: Host[] = [];

/** A page that classifies a file with what `options` says, looks inside, and writes the answer, or what went wrong. */
const script = (from: string, options = '{}') => `import { loadModel } from '${from}';
  const tell = (text) => { document.querySelector('output').textContent = text; };
  loadModel('model.onnx', ${options})
    .then(async (model) => {
      const { label, probability } = await model.classify('digit.png');
      const { layers } = await model.layers('digit.png');
      tell(JSON.stringify({ label, probability, threads: model.backend.threads, layers: layers.length }));
    })
    .catch((error) => tell(String(error)));`;

const html = (src: string) =>
  `<!doctype html><meta charset="utf-8"><title>A page</title><output></output><script type="module" src="${src}"></script>`;

beforeAll(async () => {
  project = await packedProject();
  writeFileSync(join(project.folder, 'package.json'), '{ "type": "module" }');
  cpSync(shippedModels.digits, join(project.folder, 'model.onnx'));
  writeFileSync(join(project.folder, 'digit.png'), await digitPng(0));
  await using model = await loadModel(shippedModels.digits);
  expected = await model.classify(join(project.folder, 'digit.png'));
  browser = await launcher.launch(await chromium());
}, 120_000);
afterAll(async () => {
  await Promise.all([browser?.close(), ...hosts.map((host) => host.close())]);
  project?.remove();
});

/** Serves a page's folder, and the project's model and picture. */
async function host(folder: string, headers: Record<string, string> = {}): Promise<Host> {
  const made = await plainHost([folder, project.folder], headers);
  hosts.push(made);
  return made;
}

/** What the page at an address writes and complains of, and the addresses that it fetched. */
async function open(url: string): Promise<{ text: string; complaints: string[]; requests: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  const output = page.locator('output');
  await expect.poll(() => output.textContent(), { timeout: 30_000, interval: 50 }).not.toBe('');
  const text = (await output.textContent()) ?? '';
  await context.close();
  return { text, complaints, requests };
}

/** Expects the answer of Node, with the threads that were used, and no complaints. */
function expectAnswer({ text, complaints }: Awaited<ReturnType<typeof open>>, threads = 1): void {
  expect(text).toMatch(/^\{/);
  expect(complaints).toEqual([]);
  const answer = JSON.parse(text);
  expect(answer).toMatchObject({ label: expected.label, threads, layers: 8 });
  // WebAssembly and the processor's own instructions round differently.
  expect(Math.abs(answer.probability - expected.probability)).toBeLessThan(1e-5);
}

/** A folder with the files of a page. */
function page(name: string, files: Record<string, string>): string {
  const folder = join(project.folder, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

describe('Vite', () => {
  let built: string;
  beforeAll(async () => {
    const folder = page('vite', {
      'index.html': html('./main.js'),
      'main.js': script(
        'trainyard/browser',
        "JSON.parse(new URLSearchParams(location.search).get('o') ?? '{}')",
      ),
    });
    await vite({ root: folder, configFile: false, logLevel: 'error', base: './' });
    built = join(folder, 'dist');
  }, 60_000);

  test('a build answers, without WebGPU’s runtime, which is large', async () => {
    const { url } = await host(built);
    expectAnswer(await open(url));
    expect(readdirSync(join(built, 'assets')).filter((name) => /asyncify|webgpu/.test(name))).toEqual([]);
  });

  test('with threads, where the page is isolated', async () => {
    const { url } = await host(built, isolation);
    expectAnswer(await open(`${url}?o=${encodeURIComponent('{"threads":2}')}`), 2);
  });
});

describe('esbuild, which copies nothing', () => {
  const bundle = async (name: string, format: 'esm' | 'iife', options?: string) => {
    const folder = page(name, {
      'index.html': html('./out.js'),
      'main.js': script('trainyard/browser', options),
    });
    const outfile = join(folder, 'out.js');
    await esbuild({
      entryPoints: [join(folder, 'main.js')],
      outfile,
      bundle: true,
      minify: true,
      format,
      logLevel: 'error',
    });
    return host(folder);
  };

  test.each(['esm', 'iife'] as const)(
    '%s: with the files copied, and an option that says where',
    async (format) => {
      cpSync(join(project.installed, 'dist/web-demo/browser'), join(project.folder, 'copied'), {
        recursive: true,
      });
      const { url } = await bundle(`esbuild-${format}`, format, "{ assets: '/copied' }");
      const opened = await open(url);
      expectAnswer(opened);
      expect(opened.requests.filter((request) => /\/copied\/assets\/.*\.wasm$/.test(request))).toHaveLength(
        1,
      );
    },
  );

  test.each([
    [
      'esm',
      /^ModelError: The script that runs the model did not load: http.*wasm-worker-.*\.js\..*assets: '\/browser\/'/,
    ],
    ['iife', /^ModelError: This bundle does not know its own address .*assets: '\/browser\/'/],
  ] as const)('%s: without them the error says what to do', async (format, message) => {
    const { url } = await bundle(`esbuild-${format}-bare`, format);
    expect((await open(url)).text).toMatch(message);
  });
});

describe('without a bundler', () => {
  test('from node_modules', async () => {
    const module = './node_modules/trainyard/dist/web-demo/browser/trainyard.js';
    const folder = page('plain', { 'index.html': html('./main.js'), 'main.js': script(`.${module}`) });
    const { url } = await host(folder);
    expectAnswer(await open(url));
  });

  test('from another host, as from a CDN', async () => {
    const cdn = await host(project.folder, { 'access-control-allow-origin': '*' });
    const module = `${cdn.url}node_modules/trainyard/dist/web-demo/browser/trainyard.js`;
    const folder = page('cdn', { 'index.html': html('./main.js'), 'main.js': script(module) });
    const { url } = await host(folder);
    const opened = await open(url);
    expectAnswer(opened);
    expect(opened.requests.filter((request) => /\.wasm$/.test(request))).toEqual([
      expect.stringMatching(new RegExp(`^${cdn.url}`)),
    ]);
  });
});

test('Node imports it, as servers do that render pages, and is told where to go', async () => {
  const code = `import { loadModel, warmUp, ModelError } from 'trainyard/browser';
    const error = await loadModel('model.onnx').catch((error) => error);
    console.log(error instanceof ModelError, error.reason, error.message);`;
  writeFileSync(join(project.folder, 'server.mjs'), code);
  const { stdout } = await promisify(execFile)(process.execPath, [join(project.folder, 'server.mjs')]);
  expect(stdout).toBe(
    "true runtime trainyard/browser runs in a browser. In Node: import { loadModel } from 'trainyard'\n",
  );
});

test('it is under 62 kB beside onnxruntime, compressed', () => {
  const folder = join(project.installed, 'dist/web-demo/browser');
  const size = (path: string) => gzipSync(readFileSync(path)).length;
  const [worker = ''] = readdirSync(join(folder, 'assets')).filter((name) => name.startsWith('wasm-worker'));
  const ours = size(join(folder, 'trainyard.js')) + size(join(folder, 'assets', worker));
  const theirs = size(join(root, 'node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs'));
  expect(ours - theirs).toBeLessThan(62_000);
});
