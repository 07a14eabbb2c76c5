// Teaching in Firefox and WebKit: drawings are given and trained on, the answer is live, and the file is made and holds.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { readCard } from '../../../models/card.ts';
import { otherBrowsers } from '../driven/browsers.ts';
import type { Driven } from '../driven/webdriver.ts';
import { buildPage, servePage } from '../serve-page.ts';
import { type Shape, shapes, strokesOf } from './shapes.ts';

const drawings = 4;

describe.each(otherBrowsers)('$name', ({ name, open, missing }) => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-teach-browsers-'));
  let server: Awaited<ReturnType<typeof servePage>>;
  let browser: Driven;
  beforeAll(async () => {
    if (!open) return;
    await buildPage();
    server = await servePage();
    browser = await open();
    await browser.open(`${server.url}/teach.html`);
    await browser.until(`document.querySelector('#status').textContent === 'digits is ready.'`);
  }, 300_000); // a browser that starts for the first time, on a busy machine
  beforeEach(({ skip }) => skip(open === undefined, missing));
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  const click = (element: string) => browser.run(`${element}.click()`);
  const part = (name: string, i: number) =>
    `document.querySelectorAll('#classes [data-part="${name}"]')[${i}]`;

  async function draw(shape: Shape, n: number): Promise<void> {
    const box = await browser.run<{ x: number; y: number; width: number; height: number }>(
      `(() => { const pad = document.querySelector('#pad'); pad.scrollIntoView(); return pad.getBoundingClientRect().toJSON(); })()`,
    );
    for (const stroke of strokesOf(shape, n))
      await browser.stroke(stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]));
  }

  test('three classes of drawings are taught, answered live, and become a file that holds', async () => {
    await click(`document.querySelector('#add-class')`);
    for (const [i, shape] of shapes.entries())
      await browser.run(
        `(() => { const name = ${part('name', i)}; name.value = ${JSON.stringify(shape)}; name.dispatchEvent(new Event('input')); })()`,
      );
    for (let n = 0; n < drawings; n++)
      for (const [i, shape] of shapes.entries()) {
        await draw(shape, n);
        await click(part('take', i));
        await browser.until(`${part('count', i)}.textContent.startsWith('${n + 1} example')`);
      }
    await click(`document.querySelector('#train')`);
    await browser.until(`document.body.dataset.trained === '1'`);
    for (const shape of shapes) {
      await draw(shape, drawings + 1);
      await browser.until(`document.querySelector('#label').textContent === ${JSON.stringify(shape)}`);
      await click(`document.querySelector('#clear')`);
      await browser.until(`document.querySelector('#label').textContent === ''`);
    }

    // What is handed over is kept here: the drivers say nothing of downloads.
    await browser.run(`(() => {
      const address = URL.createObjectURL;
      window.made = new Promise((resolve) => {
        URL.createObjectURL = (file) => { resolve(file.arrayBuffer()); return address.call(URL, file); };
      });
      HTMLAnchorElement.prototype.click = () => {};
      document.querySelector('#download').click();
    })()`);
    const file = Buffer.from(
      await browser.run<string>(`window.made.then((buffer) => {
        let text = '';
        for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
        return btoa(text);
      })`),
      'base64',
    );
    expect(readCard(file).labels).toEqual([...shapes]);
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, file);
    // Golden answers of this browser, held against those of onnxruntime-node.
    const checks = await verifyAlone(await openModelFile(path, folder));
    expect(checks.filter((each) => !each.holds || each.open)).toEqual([]);
  }, 120_000);
});
