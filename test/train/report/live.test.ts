// The live page: served while the training thread is blocked, brought up to date in place, and to this machine alone.
import { spawnSync } from 'node:child_process';
import { chromium as launcher } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { html } from '../../../train/report/html.ts';
import { type Live, openLive } from '../../../train/report/live.ts';
import { renderPage as pageOf } from '../../../train/report/page.ts';
import { chromium } from '../../browser.ts';
import { newRun, temporaryFolder, trainWithReport } from './support.ts';

let live: Live | undefined;
afterEach(() => live?.close());

/** A page with a high first section and a second one that says `text`. */
const page = (text: string) =>
  pageOf({
    title: text,
    head: html`<header>${text}</header>`,
    parts: [
      { id: 'high', title: 'High', body: html`<div style="height:3000px"></div>` },
      { id: 'said', title: 'Said', body: html`<p>${text}</p>` },
    ],
  });

describe('the live page', () => {
  it('answers while this thread is blocked', async () => {
    live = await openLive(0);
    live.show(page('one'));
    // spawnSync blocks this thread, as a training step does.
    const script = `fetch(${JSON.stringify(live.address)}).then((r) => r.text()).then((t) => console.log(t.includes('one')))`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 10_000 });
    expect(stdout).toBe('true\n');
  });

  it('changes in place, keeps where the reader is, and stays when the training ends', async () => {
    const browser = await launcher.launch(await chromium());
    const opened = await openLive(0);
    try {
      expect(opened.isWatched()).toBe(false);
      opened.show(page('one'));
      const tab = await browser.newPage();
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      tab.on('pageerror', (error) => complaints.push(String(error)));
      await tab.goto(opened.address);
      await expect.poll(() => opened.isWatched()).toBe(true);
      await tab.evaluate(() => window.scrollTo(0, 2000));
      opened.show(page('two'));
      await tab.locator('#said', { hasText: 'two' }).waitFor();
      expect(await tab.evaluate(() => window.scrollY)).toBe(2000);
      opened.show(page('three'));
      await opened.close();
      await tab.locator('#said', { hasText: 'three' }).waitFor();
      expect(await tab.title()).toBe('three');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it('gives nothing to a page that another name points here, and takes no orders', async () => {
    live = await openLive(0);
    const { port } = new URL(live.address);
    const status = (...args: string[]) =>
      spawnSync('curl', ['-so', '/dev/null', '-w', '%{http_code}', `http://127.0.0.1:${port}/`, ...args], {
        encoding: 'utf8',
      }).stdout;
    expect(status('-H', 'Host: evil.example')).toBe('403');
    expect(status('-X', 'POST')).toBe('403');
    expect(status()).toBe('200');
  });

  it('takes another port when its own is taken', async () => {
    live = await openLive(0);
    const second = await openLive(Number(new URL(live.address).port));
    expect(second.address).not.toBe(live.address);
    await second.close();
  });

  it('is there for a whole training, and gone after it', async () => {
    const folder = temporaryFolder();
    const { address = '' } = await trainWithReport(newRun(folder.path), { live: true });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    await expect(fetch(address)).rejects.toThrow();
    folder.close();
  });
});
