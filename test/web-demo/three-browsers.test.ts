// The page in Firefox and WebKit, as in Chromium: draws, reads a photo, changes models, works without its server. What this
// machine does not have is skipped, and said.
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { otherBrowsers } from './driven/browsers.ts';
import type { Driven } from './driven/webdriver.ts';
import { buildPage, servePage } from './serve-page.ts';
import { type Place, strokesOf } from './strokes.ts';

describe.each(otherBrowsers)('$name', ({ open, missing }) => {
  let server: Awaited<ReturnType<typeof servePage>>;
  let browser: Driven;
  beforeAll(async () => {
    if (!open) return;
    await buildPage();
    server = await servePage();
    browser = await open();
    await browser.open(server.url);
    await ready('digits');
  }, 300_000); // a browser that starts for the first time, on a busy machine
  beforeEach(({ skip }) => skip(open === undefined, missing));
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const text = (id: string) => `document.querySelector('[data-testid="${id}"]').textContent`;
  const click = (selector: string) =>
    browser.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
  const ready = (model: string) =>
    browser.until(`${text('backend')}.startsWith('${model}') && ${text('backend')}.includes(' on ')`);
  /** How far the browser's answer is from the server's, once both are there. */
  const difference = async () => {
    await browser.until(
      `document.querySelector('[data-testid="difference"]').dataset.difference !== undefined`,
    );
    return Number(
      await browser.run(`document.querySelector('[data-testid="difference"]').dataset.difference`),
    );
  };

  async function draw(strokes: readonly (readonly Place[])[]): Promise<void> {
    const box = await browser.run<{ x: number; y: number; width: number; height: number }>(
      `document.querySelector('#pad').getBoundingClientRect().toJSON()`,
    );
    for (const stroke of strokes)
      await browser.stroke(stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]));
  }

  test.each(['7', '3', '0'])('a drawn %s, as the server', async (digit) => {
    await click('#clear');
    await draw(strokesOf(digit));
    await browser.until(`${text('answer')} === '${digit}'`);
    expect(await difference()).toBeLessThanOrEqual(1e-5);
  });

  test('undo, and the pad’s pixels', async () => {
    await click('#clear');
    await draw(strokesOf('1'));
    await browser.until(`${text('answer')} === '1'`);
    await click('#undo');
    await browser.until(`${text('answer')} === '' && ${text('words')} === 'Nothing drawn yet'`);
    expect(
      await browser.run(
        `document.querySelector('#paper').width / Math.round(document.querySelector('#paper').clientWidth * devicePixelRatio)`,
      ),
    ).toBe(1);
  });

  test('the layers of what is drawn, and what mattered, over it', async () => {
    await click('#clear');
    await draw(strokesOf('3'));
    await browser.until(`${text('answer')} === '3'`);
    await click('#layers-switch');
    await browser.until(`document.querySelectorAll('#layer-list canvas').length === 8`);
    await click('#explain');
    await browser.until(`document.querySelector('[data-testid="map"]') !== null`);
    // As the maps of the same pixels are for the module: both are painted, and the layers' numbers are there.
    const [shown, spread, place] = await browser.run<[string, number, number[]]>(`(() => {
        const canvas = document.querySelector('#layer-list canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const [pad, map] = [document.querySelector('#pad'), document.querySelector('[data-testid="map"]')]
          .map((element) => element.getBoundingClientRect());
        const at = (x, y) => [(x - pad.x) / pad.width, (y - pad.y) / pad.height];
        return [
          document.querySelector('#layer-list figcaption').textContent,
          Math.max(...data.filter((_, i) => i % 4 === 0)) - Math.min(...data.filter((_, i) => i % 4 === 0)),
          [...at(map.x, map.y), ...at(map.right, map.bottom)],
        ];
      })()`);
    expect(shown).toBe('Convolution, 16 maps of 28×28');
    expect(spread).toBe(255);
    // The digit is 0.67 of the pad high and has 20 of the input's 28 pixels: the map is 0.94 and 0.05 for the line's width.
    const [left = 0, top = 0, right = 0, bottom = 0] = place;
    expect([right - left, bottom - top]).toEqual([expect.closeTo(1.04, 1), expect.closeTo(1.04, 1)]);
    expect([(left + right) / 2, (top + bottom) / 2]).toEqual([
      expect.closeTo(0.5, 1),
      expect.closeTo(0.5, 1),
    ]);
    await click('#layers-switch');
    await click('#explain');
  });

  test('a dropped photo, as the server, and what is none in words', async () => {
    const colors = new Uint8Array(640 * 480 * 3).map((_, i) => (i % 3 === 2 ? 200 : (i / 640) % 256));
    const photo = await sharp(colors, { raw: { width: 640, height: 480, channels: 3 } })
      .png()
      .toBuffer();
    const drop = (name: string, bytes: Buffer) =>
      browser.run(`(() => {
          const files = new DataTransfer();
          const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (c) => c.charCodeAt(0));
          files.items.add(new File([bytes], '${name}'));
          document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: files }));
        })()`);
    await drop('sky.png', photo);
    await ready('cifar');
    expect(await difference()).toBeLessThanOrEqual(1e-5);
    expect(await browser.run(`document.querySelectorAll('[role="meter"]').length`)).toBe(5);
    await drop('notes.txt', Buffer.from('notes'));
    await browser.until(`${text('words')}.includes('not a picture')`);
  });

  test('another model is used when it is chosen in the list', async () => {
    await click('#mode-photo');
    await ready('cifar');
    await click('button[aria-label="Use digits/1"]');
    await ready('digits');
    await click('#mode-draw');
    await ready('digits');
    expect(await browser.run(`document.querySelector('#choice').selectedOptions[0].textContent`)).toBe(
      'digits/1',
    );
  });

  test('the module: pixels of another color space are turned into sRGB', async ({ skip }) => {
    const [colorSpace, raw, read] = await browser.run<[string, number[], number[]]>(`(async () => {
        const { readPicture } = await import('./browser/trainyard.js');
        const context = document.createElement('canvas').getContext('2d');
        context.fillStyle = '#80c040';
        context.fillRect(0, 0, 28, 28);
        const image = context.getImageData(0, 0, 1, 1, { colorSpace: 'display-p3' });
        const { data } = await readPicture(image);
        return [image.colorSpace ?? 'srgb', [...image.data], [...data]];
      })()`);
    const farthest = (pixel: readonly number[]) =>
      Math.max(...[128, 192, 64, 255].map((value, i) => Math.abs(value - (pixel[i] ?? -1))));
    expect(farthest(read)).toBeLessThan(3);
    skip(colorSpace === 'srgb', 'this browser has no pixels of another color space');
    expect(farthest(raw)).toBeGreaterThan(5);
  });

  test('the module: what is asked at once is answered as what is asked one after the other', async () => {
    const [alone, atOnce] = await browser.run<[number[][], number[][]]>(`(async () => {
        const { loadModel } = await import('./browser/trainyard.js');
        const { models } = await (await fetch('models')).json();
        const model = await loadModel(models.find(({ name }) => name === 'digits').url.slice(1));
        const pictures = [2, 9, 16].map((x) => {
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 28;
          canvas.getContext('2d').fillRect(x, 4, 3, 20);
          canvas.getContext('2d').fillRect(4, x, 20, 3);
          return canvas;
        });
        const numbers = ({ probabilities }) => [...probabilities];
        const alone = [];
        for (const picture of pictures) alone.push(numbers(await model.classify(picture)));
        const atOnce = (await Promise.all(pictures.map((picture) => model.classify(picture)))).map(numbers);
        model.close();
        return [alone, atOnce];
      })()`);
    expect(atOnce).toEqual(alone);
    expect(new Set(alone.map(String)).size).toBe(3);
  });

  test('when its server is gone, the page opens again and reads', async () => {
    await browser.run('navigator.serviceWorker.ready.then(() => true)');
    await browser.until(`navigator.serviceWorker.controller !== null`);
    const { url } = server;
    await server.close();
    await browser.open(`${url}?again`);
    await ready('digits');
    await draw(strokesOf('7'));
    await browser.until(`${text('answer')} === '7'`);
    expect(await browser.run(text('answer'))).toBe('7');
  });
});
