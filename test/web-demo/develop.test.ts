// `trainyard web-demo`: Vite's page in front, the real server behind, and nothing left when it ends.
import { createServer } from 'node:http';
import { chromium as launcher } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { type Development, develop } from '../../web-demo/develop.ts';
import { chromium } from '../browser.ts';
import { modelReady } from './browser.ts';

let development: Development | undefined;
afterEach(async () => {
  await development?.close();
  development = undefined;
});

test('serves the page with hot reload, isolated for threads, and the models of the server', async () => {
  development = await develop('127.0.0.1', 0);
  const page = await fetch(development.url);
  expect(await page.text()).toContain('/@vite/client');
  expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const script = await fetch(new URL('page/main.ts', development.url));
  expect(script.headers.get('content-type')).toContain('javascript');
  const { models } = (await (await fetch(new URL('models', development.url))).json()) as {
    models: { name: string }[];
  };
  expect(models.map(({ name }) => name)).toContain('digits');

  const browser = await launcher.launch(await chromium());
  try {
    const visit = await browser.newPage();
    await visit.goto(development.url);
    await modelReady(visit);
  } finally {
    await browser.close();
  }

  const { url } = development;
  await development.close();
  development = undefined;
  await expect(fetch(url)).rejects.toThrow();
});

test('a port that is taken is a message, not a stack trace', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(develop('127.0.0.1', port)).rejects.toThrow(
    `port ${port} is taken: choose another with --port`,
  );
  await new Promise((resolve) => other.close(resolve));
});
