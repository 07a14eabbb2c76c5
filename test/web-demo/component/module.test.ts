// The module on pages and in workers of somebody else's: pixels of every kind, what may not be read, digests, kept files,
// signals, and what a browser cannot do.
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { pageFolder } from '../../../setup/paths.mjs';
import { prepareSteps } from '../../../setup/prepare.mjs';
import { pageStep } from '../../../setup/steps/page.mjs';
import { chromium } from '../../browser.ts';
import { shippedModels } from '../../shipped.ts';
import { type Host, plainHost } from '../plain-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-module-'));
const digest = createHash('sha256').update(readFileSync(shippedModels.digits)).digest('hex');

let browser: Browser;
let host: Host;
/** Lets nobody read what it serves. */
let other: Host;
let page: Page;

beforeAll(async () => {
  await prepareSteps([pageStep], false);
  writeFileSync(join(folder, 'empty.html'), '<!doctype html><title>empty</title>');
  cpSync(shippedModels.digits, join(folder, 'model.onnx'));
  const model = decodeModel(readFileSync(shippedModels.digits));
  for (const { data_type, raw_data } of model.graph?.initializer ?? [])
    if (data_type === 1) raw_data?.fill(0, 0, raw_data.length >> 1); // of the float32 weights one half
  writeFileSync(join(folder, 'damaged.onnx'), encodeModel(model));
  writeFileSync(
    join(folder, 'blue.png'),
    await sharp({ create: { width: 4, height: 4, channels: 3, background: '#0000ff' } })
      .png()
      .toBuffer(),
  );
  const folders = [folder, pageFolder];
  [browser, host, other] = await Promise.all([
    chromium().then((options) => launcher.launch(options)),
    plainHost(folders),
    plainHost(folders),
  ]);
  page = await browser.newPage();
  await page.goto(`${host.url}empty.html`);
});
afterAll(async () => {
  await Promise.all([browser?.close(), host?.close(), other?.close()]);
  rmSync(folder, { recursive: true });
});

/** Runs code with the module as `trainyard`; what it throws is its value. */
function run<T>(code: string): Promise<T> {
  return page.evaluate(`(async () => {
    const trainyard = await import('./browser/trainyard.js');
    const outcome = (promise) => promise.then(String, ({ name, reason, message }) => [name, reason, message].join(' | '));
    ${code}
  })()`);
}

test('pixels of every type and color space are read as the browser itself shows them', async () => {
  const [expected, ...read] = await run<number[][]>(
    `const canvas = new OffscreenCanvas(6, 1);
     const context = canvas.getContext('2d');
     ['#fff', '#80c040', '#000', '#0a64ff', '#ff0000', '#7f7f7f'].forEach((color, x) => {
       context.fillStyle = color;
       context.fillRect(x, 0, 1, 1);
     });
     const sources = [
       context.getImageData(0, 0, 6, 1),
       context.getImageData(0, 0, 6, 1, { pixelFormat: 'rgba-float16' }),
       context.getImageData(0, 0, 6, 1, { colorSpace: 'display-p3' }),
       context.getImageData(0, 0, 6, 1, { colorSpace: 'display-p3', pixelFormat: 'rgba-float16' }),
     ];
     if (sources[1].data.constructor === Uint8ClampedArray) throw new Error('this browser has no float16 pixels');
     const pictures = await Promise.all(sources.map((source) => trainyard.readPicture(source)));
     return [[...sources[0].data], ...pictures.map(({ data }) => [...data])];`,
  );
  expect(read).toHaveLength(4);
  expect(read[0]).toEqual(expected);
  expect(read[1]).toEqual(expected);
  // Eight bits of another color space do not hold all colors of this one.
  for (const data of read.slice(2))
    expect(Math.max(...data.map((value, i) => Math.abs(value - (expected?.[i] ?? -1))))).toBeLessThan(3);
});

test('pixels and files of another window are what they are in this one', async () => {
  const read = await run<unknown[]>(
    `const frame = document.body.appendChild(document.createElement('iframe'));
     const { ImageData, Blob, Image, Uint8Array } = frame.contentWindow;
     const blue = await (await fetch('blue.png')).arrayBuffer();
     const image = frame.contentDocument.body.appendChild(new Image(20, 20));
     image.src = 'blue.png';
     await image.decode();
     const pixels = new ImageData(4, 4);
     pixels.data.fill(200);
     const pictures = [];
     for (const source of [pixels, new Blob([blue]), image]) {
       const { data, width } = await trainyard.readPicture(source);
       pictures.push([width, ...data.slice(0, 4)]);
     }
     const model = await trainyard.loadModel(new Uint8Array(await (await fetch('model.onnx')).arrayBuffer()));
     frame.remove();
     return [...pictures, model.card.name];`,
  );
  expect(read).toEqual([[4, 200, 200, 200, 200], [4, 0, 0, 255, 255], [4, 0, 0, 255, 255], 'digits']);
});

test('a picture of another host is refused in words that say what to do', async () => {
  const refused = await run<string[]>(
    `const image = new Image();
     image.src = '${other.url}blue.png';
     await image.decode();
     const canvas = document.createElement('canvas');
     canvas.getContext('2d').drawImage(image, 0, 0);
     const sources = [image, canvas, await createImageBitmap(image)];
     return Promise.all(sources.map((source) => outcome(trainyard.readPicture(source))));`,
  );
  expect(refused).toEqual(
    Array(3).fill(
      expect.stringMatching(/^PictureError \| .* another host.*crossorigin.*Access-Control-Allow-Origin/),
    ),
  );
});

test('what is no address is told as it was given', async () => {
  expect(await run(`return outcome(trainyard.readPicture('http://'));`)).toMatch(
    /^TypeError \| {2}\| received "http:\/\/", expected a picture/,
  );
});

test.each(['script', 'blob'])(
  'in a worker that is a %s it loads and classifies as on a page',
  async (kind) => {
    const code = `import { loadModel } from '${host.url}browser/trainyard.js';
    const pixels = new OffscreenCanvas(200, 200);
    pixels.getContext('2d').fillRect(92, 20, 16, 160);
    try {
      const model = await loadModel('model.onnx');
      const answers = await model.classify([pixels, pixels.transferToImageBitmap()].slice(0, 1));
      const file = await (await fetch('${host.url}blue.png')).blob();
      postMessage([answers[0].label, (await model.classify(file)).predictions.length, (await model.classify('blue.png')).input.length]);
    } catch (error) { postMessage(String(error)); }`;
    writeFileSync(join(folder, 'own-worker.js'), code);
    const answer = await page.evaluate(
      ([kind, code]) =>
        new Promise((resolve) => {
          const blob = () => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
          const worker = new Worker(kind === 'blob' ? blob() : 'own-worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = (event) => resolve(event.message || 'it did not start');
        }),
      [kind, code] as const,
    );
    expect(answer).toEqual(['1', 10, 784]);
  },
);

test('a digest may be in capital letters; what is none is told', async () => {
  const outcomes = await run<string[]>(
    `return Promise.all(['${digest.toUpperCase()}', '${'0'.repeat(64)}', 'abc', 7].map((sha256) =>
       outcome(trainyard.loadModel('model.onnx', { sha256 }).then(({ sha256 }) => sha256))));`,
  );
  expect(outcomes).toEqual([
    digest,
    expect.stringMatching(/^ModelError \| model \| .*received a file with SHA-256/),
    'TypeError |  | sha256: received "abc", expected 64 digits of hex',
    'TypeError |  | sha256: received 7, expected 64 digits of hex',
  ]);
});

test('an option that there is not is refused by name', async () => {
  const outcomes = await run<string[]>(
    `const model = await trainyard.loadModel('model.onnx');
     return Promise.all([
       trainyard.loadModel('model.onnx', { thread: 2 }),
       model.classify('blue.png', { topp: 2 }),
       model.explain('blue.png', { top: 2 }),
       model.layers('blue.png', { contribution: 2 }),
     ].map(outcome));`,
  );
  expect(outcomes).toEqual([
    'UserError |  | loadModel has no option "thread". Did you mean threads?',
    'UserError |  | classify has no option "topp". Did you mean top?',
    'UserError |  | explain has no option "top". There are: signal.',
    'UserError |  | layers has no option "contribution". Did you mean contributions?',
  ]);
});

test('a kept file that is damaged is fetched again, and kept anew', async () => {
  const [opened, kept] = await run<string[]>(
    `const cache = await caches.open('trainyard-models');
     const key = '/.trainyard/${digest}';
     await cache.put(key, new Response('nonsense'));
     const { sha256 } = await trainyard.loadModel('model.onnx', { sha256: '${digest}' });
     let kept;
     for (let i = 0; i < 200 && kept === undefined; i++) {
       await new Promise((resolve) => setTimeout(resolve, 20));
       const bytes = await (await cache.match(key))?.arrayBuffer();
       if (!bytes) continue;
       const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
       kept = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
     }
     return [sha256, kept];`,
  );
  expect([opened, kept]).toEqual([digest, digest]);
});

test('weights that do not give the answers of the card are refused, with how far they are off', async () => {
  expect(await run(`return outcome(trainyard.loadModel('damaged.onnx'));`)).toMatch(
    /^ModelError \| model \| http.*damaged\.onnx: for the built-in picture "\w+" it differs from its card by \d\.\de-\d, more than 0\.0001: the file is damaged/,
  );
});

test('signals end a load, which tells nothing any more, an answer, and the work of a map', async () => {
  const [load, classify, explain, progress, after] = await run<unknown[]>(
    `const leave = new Error('the user left');
     const stop = new AbortController();
     let told = 0;
     const loading = trainyard.loadModel('model.onnx', { signal: stop.signal, progress: () => { told += stop.signal.aborted ? 1 : 0; } });
     stop.abort(leave);
     const load = await outcome(loading);
     const model = await trainyard.loadModel('model.onnx');
     await new Promise((resolve) => setTimeout(resolve, 50));
     const pixels = new ImageData(28, 28);
     const asked = (ask) => {
       const stop = new AbortController();
       const answer = ask(stop.signal);
       setTimeout(() => stop.abort(leave));
       return outcome(answer);
     };
     const noise = (side) => { const canvas = new OffscreenCanvas(side, side); canvas.getContext('2d').fillRect(0, 0, side / 2, side); return canvas; };
     return [
       load,
       await asked((signal) => model.classify(Array(100).fill(pixels), { signal })),
       await asked((signal) => model.explain(noise(1000), { signal })),
       told,
       (await model.classify(pixels)).predictions.length,
     ];`,
  );
  const left = 'Error |  | the user left';
  expect([load, classify, explain, progress, after]).toEqual([left, left, left, 0, 10]);
});

test('inside of a model are the maps of its layers, asked for at once with answers, which stay the same', async () => {
  const [answers, asked, sums, label] = await run<[number[][], string[], number[], string]>(
    `const model = await trainyard.loadModel('model.onnx');
     const before = await model.classify('blue.png');
     const [between, inside, after] = await Promise.all([
       model.classify('blue.png'), model.layers('blue.png', { contributions: 2 }), model.classify('blue.png'),
     ]);
     const found = inside.layers.map(({ name, kind, shape, contributions }) =>
       [name, kind, shape.join('x'), contributions.filter((each) => !Number.isNaN(each)).length].join(' '));
     const sums = inside.layers.map(({ maps, shape }) => maps.length - shape[0] * shape[1] * shape[2]);
     const wrong = await outcome(model.layers('blue.png', { contributions: -1 }));
     return [[before, between, after].map(({ probabilities }) => [...probabilities]), [...found, wrong], sums,
       inside.label === before.label];`,
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect(asked).toEqual([
    'conv1/Conv convolution 28x28x16 2',
    'MaxPool pooling 14x14x16 2',
    'conv2/Conv convolution 14x14x32 2',
    'conv3/Conv convolution 14x14x32 2',
    'MaxPool_1 pooling 7x7x32 2',
    'conv4/Conv convolution 7x7x64 2',
    'conv5/Conv convolution 7x7x64 2',
    'MaxPool_2 pooling 4x4x64 2',
    expect.stringContaining('contributions'),
  ]);
  expect(sums).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(label).toBe(true);
});

test('says whether it knows the kind of a picture, of one and of several', async () => {
  const said = await run<unknown[]>(
    `const seven = new OffscreenCanvas(200, 200);
     const context = seven.getContext('2d');
     context.lineWidth = 16;
     context.lineCap = context.lineJoin = 'round';
     context.beginPath();
     for (const [x, y] of [[50, 40], [150, 40], [90, 160]]) context.lineTo(x, y);
     context.stroke();
     const model = await trainyard.loadModel('model.onnx');
     const answers = [await model.classify(new ImageData(28, 28)), ...(await model.classify([seven, new ImageData(28, 28)]))];
     const { threshold } = model.card.novelty;
     return answers.map(({ label, known, novelty }) => [known ? label : '', known === novelty <= threshold, novelty > 0 && novelty < 1]);`,
  );
  expect(said).toEqual([
    ['', true, true],
    ['7', true, true],
    ['', true, true],
  ]);
});

test('what looks inside is fetched when it is asked for; the error says what to do where it does not come, and it is tried again', async () => {
  const tab = await browser.newPage();
  await tab.goto(`${host.url}empty.html`);
  const script = /\/browser\/assets\/layers-[\w-]{8}\.js$/;
  const fetched: string[] = [];
  tab.on('request', (request) => {
    if (script.test(request.url())) fetched.push(request.url());
  });
  const load = `import('./browser/trainyard.js').then(async ({ loadModel }) => {
    globalThis.model = await loadModel('model.onnx');
    return (await globalThis.model.classify('blue.png')).label;
  })`;
  const look = () =>
    tab.evaluate<string>(`globalThis.model.layers('blue.png').then(
      ({ layers }) => layers.length + ' layers', ({ name, reason, message }) => [name, reason, message].join(' | '))`);
  const explain = () =>
    tab.evaluate<string>(`globalThis.model.explain('blue.png').then(
      ({ map, place }) => map.length + ' of ' + place.width, ({ name, reason, message }) => [name, reason, message].join(' | '))`);
  expect(await tab.evaluate(load)).toMatch(/^\d$/);
  expect(fetched).toEqual([]);
  const begin = String.raw`^ModelError \| fetch \| The script that looks inside of a model did not load: http\S+/layers-\S+\.js: `;
  const end = String.raw`\. If your bundler .*assets: '/browser/' }\)$`;
  await tab.route(script, (route) => route.fulfill({ status: 404 }));
  expect(await look()).toMatch(new RegExp(`${begin}.*failed to load${end}`));
  expect(await explain()).toMatch(new RegExp(`${begin}.*failed to load${end}`));
  await tab.route(script, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'self.other = 1' }),
  );
  expect(await look()).toMatch(new RegExp(`${begin}it is another script${end}`));
  await tab.unroute(script);
  expect(await explain()).toMatch(/^784 of \d+/);
  expect(await look()).toBe('8 layers');
  expect(await look()).toBe('8 layers');
  expect(fetched).toHaveLength(4);
  await tab.close();
});

test('a runtime that came in part can be fetched again; one that this browser cannot compile cannot', async () => {
  const tab = await browser.newPage();
  await tab.goto(`${host.url}empty.html`);
  const load = () =>
    tab.evaluate<string>(`import('./browser/trainyard.js').then(({ loadModel }) => loadModel('model.onnx')).then(
      () => 'opened', ({ name, reason, message }) => [name, reason, message].join(' | '))`);
  let cut = 1000;
  await tab.route('**/*.wasm', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    const damaged = Buffer.concat([body.subarray(0, 8), Buffer.alloc(body.length - 8, 0xff)]);
    await route.fulfill({ response, body: cut > 0 ? body.subarray(0, cut) : damaged });
  });
  expect(await load()).toMatch(/^ModelError \| fetch \| .*\.wasm: 1000 bytes came, expected \d{8}/);
  cut = 0;
  expect(await load()).toMatch(/^ModelError \| runtime \| This browser cannot compile onnxruntime/);
  await tab.unroute('**/*.wasm');
  expect(await load()).toBe('opened');
  await tab.close();
});
