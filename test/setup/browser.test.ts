// The browser that set-up chose shows a page from this machine and runs WebAssembly with SIMD.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium as launcher } from 'playwright-core';
import { expect, test } from 'vitest';
import { chromium } from '../browser.ts';

/** (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)) */
const simdModule = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];

test('Chromium renders and computes', async () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<title>From here</title><h1 style="font: 40px sans-serif">8</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launcher.launch(await chromium());
  try {
    const page = await browser.newPage({ viewport: { width: 100, height: 100 } });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(await page.title()).toBe('From here');
    const simd = await page.evaluate(
      async (bytes) =>
        (await WebAssembly.instantiate(new Uint8Array(bytes))).instance instanceof WebAssembly.Instance,
      simdModule,
    );
    expect(simd).toBe(true);
    // An 8 in a real font is wider than a line and narrower than a box.
    const ink = await page.locator('h1').evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().width;
    });
    expect(ink).toBeGreaterThan(15);
    expect(ink).toBeLessThan(35);
  } finally {
    await browser.close();
    server.close();
  }
});
