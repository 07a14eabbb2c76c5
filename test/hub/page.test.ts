// A model of the Hugging Face Hub on a page, in Chromium: the same file, card and answers as in Node, which test/hub/use.test.ts
// holds against transformers.js; and what is told where it does not come.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { loadModel } from '../../public/index.ts';
import { pageFolder } from '../../setup/paths.mjs';
import { prepareSteps } from '../../setup/prepare.mjs';
import { pageStep } from '../../setup/steps/page.mjs';
import { chromium } from '../browser.ts';
import { shippedModels } from '../shipped.ts';
import { type Host, plainHost } from '../web-demo/plain-host.ts';
import { commitOf, type HubRepository, type HubServer, startHub } from './server.ts';
import { configurations, onnx, onnxApart, SIDE, temporaryFolder } from './support.ts';

/** Of a probability: WebAssembly and the native library add in different orders. */
const TOLERANCE = 1e-6;

const folder = temporaryFolder();
const apart = onnxApart('model.onnx_data');
const repositories: Record<string, HubRepository> = {
  'acme/cats': { files: { ...configurations, 'onnx/model.onnx': onnx } },
  'acme/apart': { files: { ...configurations, 'model.onnx': apart.model, 'model.onnx_data': apart.weights } },
  'acme/ours': { files: { 'model.onnx': readFileSync(shippedModels.digits) } },
  'acme/several': { files: { ...configurations, 'a.onnx': onnx, 'b.onnx': onnx } },
  'acme/bare': { files: { 'model.onnx': onnx } },
  'acme/lost': { files: { ...configurations, 'model.onnx': apart.model } },
  'acme/none': { files: configurations },
  'acme/secret': { files: { ...configurations, 'model.onnx': onnx }, access: 'private' },
  'acme/gated': { files: { ...configurations, 'model.onnx': onnx }, access: 'gated' },
};
const commit = (id: string) => commitOf(repositories[id] ?? { files: {} });
let hub: HubServer;
let browser: Browser;
let host: Host;
let page: Page;

beforeAll(async () => {
  await prepareSteps([pageStep], false);
  hub = await startHub(repositories);
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_HOME', join(folder.path, 'home'));
  const files = join(folder.path, 'page');
  mkdirSync(files);
  writeFileSync(join(files, 'empty.html'), '<!doctype html><title>empty</title>');
  const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * i * 31 + (i >> 5) * 7) % 256);
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(join(files, 'noise.png'));
  browser = await launcher.launch(await chromium());
  host = await plainHost([files, pageFolder]);
});
beforeEach(async () => {
  // A context of its own: nothing is kept from the test before.
  page = await (await browser.newContext()).newPage();
  await page.goto(`${host.url}empty.html`);
  hub.asked.length = 0;
  hub.faults.damaged = false;
});
afterAll(async () => {
  await Promise.all([browser?.close(), host?.close(), hub?.close()]);
  folder.close();
  vi.unstubAllEnvs();
});

interface Answered {
  readonly sha256: string;
  readonly card: unknown;
  readonly probabilities: readonly number[];
}

/** Loads and asks a model on the page; what it throws is the value. */
function load(address: string, options: object = {}): Promise<Answered | string> {
  const all = { hub: `${hub.endpoint}/`, ...options };
  return page.evaluate(`(async () => {
    const { loadModel } = await import('./browser/trainyard.js');
    try {
      const model = await loadModel(${JSON.stringify(address)}, ${JSON.stringify(all)});
      const { probabilities } = await model.classify('noise.png');
      model.close();
      return { sha256: model.sha256, card: model.card, probabilities: [...probabilities] };
    } catch ({ name, reason, message }) {
      return [name, reason, message].join(' | ');
    }
  })()`);
}

test.each([
  ['hf:acme/cats'],
  ['hf:acme/apart'],
  ['hf:acme/ours'],
  ['hf:acme/several/b.onnx'],
  [`hf://acme/cats@${commit('acme/cats')}/onnx/model.onnx`],
])('%s is the file that it is in Node, and answers as there', async (address) => {
  const got = await load(address);
  if (typeof got === 'string') throw new Error(got);
  await using model = await loadModel(address, { sha256: got.sha256 });
  expect(got.card).toEqual(JSON.parse(JSON.stringify(model.card)));
  const { probabilities } = await model.classify(join(folder.path, 'page', 'noise.png'));
  const apart = got.probabilities.map((each, i) => Math.abs(each - (probabilities[i] ?? Number.NaN)));
  expect(apart).toHaveLength(model.card.labels.length);
  expect(Math.max(...apart)).toBeLessThan(TOLERANCE);
});

test('what is large is fetched once, of the commit that the branch is', async () => {
  const first = await load('hf:acme/cats');
  const at = `/acme/cats/resolve/${commit('acme/cats')}`;
  const listing = 'GET /api/models/acme/cats/revision/main?blobs=true';
  const said = [`GET ${at}/config.json`, `GET ${at}/preprocessor_config.json`];
  const model = [`GET ${at}/onnx/model.onnx`, 'GET /store/acme/cats/onnx/model.onnx'];
  expect(hub.asked).toEqual([listing, ...said, ...model]);
  expect(await load('hf:acme/cats')).toEqual(first);
  expect(hub.asked.slice(5)).toEqual([listing, ...said]);
});

test.each([
  [
    'hf:acme',
    /^ModelError \| model \| hf:acme: "hf:acme" names no model of the Hugging Face Hub\. Expected hf:owner/,
  ],
  ['hf:acme/none', /^ModelError \| fetch \| hf:acme\/none has no ONNX file\./],
  [
    'hf:acme/several',
    /^ModelError \| fetch \| hf:acme\/several has several ONNX files: a\.onnx, b\.onnx\. Name one: hf:/,
  ],
  [
    'hf:acme/cats@old',
    /^ModelError \| fetch \| hf:acme\/cats@old is not there: .* not that branch, tag or commit\.$/,
  ],
  [
    'hf:acme/cats/model.onx',
    /^ModelError \| fetch \| .*has no ONNX file "model\.onx"\. There are: onnx\/model\.onnx\.$/,
  ],
  [
    'hf:acme/bare',
    /^ModelError \| model \| hf:acme\/bare: nothing says how it is used: it has no card of ours/,
  ],
  [
    'hf:acme/lost',
    /^ModelError \| model \| hf:acme\/lost: weight .* is in "model\.onnx_data", which is not beside the model/,
  ],
  [
    'hf:acme/secret',
    /^ModelError \| fetch \| .*is not there, or is private: .* A page can load models that everybody may read/,
  ],
  [
    'hf:acme/gated',
    /^ModelError \| fetch \| config\.json of hf:acme\/gated is gated: .* A page can load models that everybody/,
  ],
])('%s is refused in words', async (address, words) => {
  expect(await load(address)).toMatch(words);
});

test('what is damaged, another file, or no Hub is told', async () => {
  const nowhere = await load('hf:acme/cats', { hub: `${host.url}` });
  expect(nowhere).toMatch(/^ModelError \| fetch \| .*hf:acme\/cats is not there: http:.* answered 404\.$/);
  expect(await load('hf:acme/cats', { hub: 'ftp://host' })).toBe(
    'TypeError |  | hub: received "ftp://host", expected the address of a Hugging Face Hub',
  );
  expect(await load('hf:acme/cats', { sha256: '0'.repeat(64) })).toMatch(
    /^ModelError \| model \| received a file with SHA-256 [0-9a-f]{64}, expected 0{64}$/,
  );
  await page
    .context()
    .route('**/config.json', (route) =>
      route.fulfill({ body: '{"id2label":{}}', headers: { 'access-control-allow-origin': '*' } }),
    );
  expect(await load('hf:acme/cats')).toMatch(
    /^ModelError \| fetch \| config\.json of hf:acme\/cats is not what http:.* says that it is: its digest is another\.$/,
  );
  await page.context().unrouteAll();
  hub.faults.damaged = true;
  expect(await load('hf:acme/apart')).toMatch(
    /^ModelError \| model \| .*model\.onnx: received a file with SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/,
  );
});
