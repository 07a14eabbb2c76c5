// The page in a frame of another site's page: where the server allows that site, it reads; elsewhere the browser shows nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromium } from '../browser.ts';
import { otherBrowsers } from './driven/browsers.ts';
import type { Driven } from './driven/webdriver.ts';
import { type Host, plainHost } from './plain-host.ts';
import { buildPage, servePage } from './serve-page.ts';
import { strokesOf } from './strokes.ts';

const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const folder = mkdtempSync(join(tmpdir(), 'trainyard-embed-'));
let hosts: Host[];
let server: Awaited<ReturnType<typeof servePage>>;

/** The hosts by another name than the page's own: another site, not only another origin. */
const [friend, isolatedFriend, stranger] = [0, 1, 2].map(
  (i) => () => (hosts[i]?.url ?? '').replace('127.0.0.1', 'localhost'),
);

beforeAll(async () => {
  await buildPage();
  hosts = await Promise.all([{}, isolated, {}].map((headers) => plainHost([folder], headers)));
  const origins = [friend, isolatedFriend].map((url) => new URL(url?.() ?? '').origin);
  server = await servePage({ embed: origins });
  const frame = (name: string, address: string) =>
    writeFileSync(
      join(folder, `${name}.html`),
      `<!doctype html><title>${name}</title><iframe src="${server.url}/${address}" width="400" height="640"></iframe>`,
    );
  frame('embed', '?embed=1');
  frame('whole', '');
  frame('teach', 'teach.html?embed=1');
}, 120_000);
afterAll(async () => {
  await Promise.all([server, ...(hosts ?? [])].map((each) => each?.close()));
  rmSync(folder, { recursive: true });
});

describe('Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launcher.launch(await chromium());
  });
  afterAll(() => browser?.close());

  async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(url);
    return { page, complaints };
  }

  test.each([
    ['a listed site', friend],
    ['a listed site that is isolated itself', isolatedFriend],
  ])('in a frame of %s a 7 is read, on one thread, and the whole page is a link away', async (_, host) => {
    const { page, complaints } = await open(`${host?.()}embed.html`);
    const frame = page.frameLocator('iframe');
    await frame.locator('#backend', { hasText: '1 thread' }).waitFor({ state: 'attached' });
    const box = await frame.getByTestId('pad').boundingBox();
    if (!box) throw new Error('the frame shows no pad');
    for (const stroke of strokesOf('7')) {
      for (const [i, [x, y]] of stroke.entries()) {
        await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
        if (i === 0) await page.mouse.down();
      }
      await page.mouse.up();
    }
    await expect.poll(() => frame.getByTestId('answer').innerText()).toBe('7');
    expect(await frame.getByRole('meter').filter({ visible: true }).count()).toBe(10);
    expect(await frame.getByRole('navigation').filter({ visible: true }).count()).toBe(0);
    expect(await frame.getByRole('heading').filter({ visible: true }).count()).toBe(0);
    const whole = frame.getByRole('link', { name: 'Open the whole page' });
    await expect.poll(() => whole.getAttribute('href')).toMatch(/^\.\/#draw=/);
    const [tab] = await Promise.all([page.waitForEvent('popup'), whole.click()]);
    await expect.poll(() => tab.getByTestId('answer').innerText(), { timeout: 20_000 }).toBe('7');
    expect(await tab.getByRole('navigation').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    ['a site that is not listed', stranger, 'embed'],
    ['a listed site, when it is the whole page', friend, 'whole'],
    ['a listed site, when it is where one teaches', friend, 'teach'],
  ])('in a frame of %s there is nothing', async (_, host, name) => {
    const { page, complaints } = await open(`${host?.()}${name}.html`);
    await expect.poll(() => complaints.join()).toMatch(/frame-ancestors|X-Frame-Options/i);
    expect(await page.frameLocator('iframe').locator('#pad').count()).toBe(0);
    await page.context().close();
  });
});

describe.each(otherBrowsers)('$name', ({ open, missing }) => {
  let browser: Driven;
  beforeAll(async () => {
    if (open) browser = await open();
  }, 300_000); // a browser that starts for the first time, on a busy machine
  beforeEach(({ skip }) => skip(open === undefined, missing));
  afterAll(() => browser?.close());

  test('in a frame of a listed site it runs, of another one it does not', async () => {
    /** Lists of models that the server has sent: a page of another site sees no more of what is in its frame. */
    const asked = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      const lines = text.matchAll(/^trainyard_http_requests_total\{.*route="\/models".*\} (\d+)$/gm);
      return [...lines].reduce((sum, [, n]) => sum + Number(n), 0);
    };
    const before = await asked();
    await browser.open(`${stranger?.()}embed.html`); // until all has loaded, frames and their scripts as well
    expect(await asked()).toBe(before);
    await browser.open(`${friend?.()}embed.html`);
    await expect.poll(asked, { timeout: 30_000 }).toBeGreaterThan(before);
  });
});
