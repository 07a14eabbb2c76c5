// The built page in a real Chromium, served by the real server.
import { type Browser, type BrowserContextOptions, chromium as launcher, type Page } from 'playwright-core';
import { chromium } from '../browser.ts';
import { buildPage, servePage } from './serve-page.ts';

/** A browser and a server that belong together. */
export interface Stage {
  readonly url: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** How to start the browser otherwise than the tests do. */
export interface BrowserOptions {
  readonly args?: readonly string[];
  /** Of the tests' own arguments, those that are left out. */
  readonly without?: readonly string[];
  readonly executablePath?: string;
}

/** Builds the page if its sources changed, serves it with the repository's models, starts the browser. */
export async function openStage({ args = [], without = [], ...other }: BrowserOptions = {}): Promise<Stage> {
  await buildPage();
  const [server, browser] = await Promise.all([
    servePage(),
    chromium().then((options) =>
      launcher.launch({
        ...options,
        ...other,
        args: [...options.args.filter((each) => !without.includes(each)), ...args],
        ignoreDefaultArgs: [...without],
      }),
    ),
  ]);
  return {
    url: server.url,
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** A visit to the page, with all that went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions, breaches of the Content-Security-Policy. */
  readonly complaints: string[];
  /** Addresses of all requests. */
  readonly requests: string[];
}

/** What Playwright itself says of the service worker that it keeps away. */
const blocked = 'Service Worker registration blocked by Playwright';

/** Opens the page in a context of its own. `before` runs before the page is loaded; `hash` is what its address ends in. */
export async function visit(
  stage: Stage,
  options: BrowserContextOptions = {},
  before: (page: Page) => Promise<unknown> = async () => {},
  hash = '',
): Promise<Visit> {
  // Without a service worker, so that what a test does to requests reaches all of them.
  const context = await stage.browser.newContext({
    viewport: { width: 1280, height: 800 },
    serviceWorkers: 'block',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.text() === blocked) return;
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await before(page);
  await page.goto(stage.url + hash);
  return { page, complaints, requests };
}

/**
 * Waits until a model is in use.
 *
 * @throws Error with what the page says instead.
 */
export async function modelReady(page: Page, name = 'digits'): Promise<void> {
  const backend = page.getByTestId('backend');
  try {
    await backend.filter({ hasText: new RegExp(`^${name}\\b.* on `) }).waitFor();
  } catch (error) {
    const [running, notice] = [await backend.textContent(), await page.getByTestId('notice').textContent()];
    const progress = await page.locator('#progress').evaluate((bar: HTMLProgressElement) => bar.value);
    const said = `backend "${running}", notice "${notice?.replace(/\s+/g, ' ').trim()}", progress ${progress}`;
    throw new Error(`${name} is not in use: ${said}`, { cause: error });
  }
}

/** The probabilities that the bars show, in full precision. */
export function probabilitiesOf(page: Page): Promise<number[]> {
  return page
    .getByRole('meter')
    .evaluateAll((meters) => meters.map((meter) => Number(meter.getAttribute('data-probability'))));
}

/** The 28x28 pixels that the page says the model sees, one byte each. */
export function tileOf(page: Page): Promise<number[]> {
  return page.getByTestId('tile').evaluate((tile: HTMLCanvasElement) => {
    const copy = new OffscreenCanvas(tile.width, tile.height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(tile, 0, 0);
    const image = copy?.getImageData(0, 0, tile.width, tile.height);
    return Array.from(image?.data ?? []).filter((_, i) => i % 4 === 0);
  });
}
