// WebKit: WebKitGTK's MiniBrowser, driven by its WebKitWebDriver, on a screen that nobody sees.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { which } from '../../../setup/machine/system.mjs';
import { commands, type Driven, driven, type Send } from './webdriver.ts';

export interface WebKit {
  readonly driver: string;
  readonly screen: string;
  readonly browser: string;
}

/**
 * On a busy machine the driver gives up a gesture once in a few thousand, and says this alone: the gesture is made once
 * more. A gesture that is impossible has a reason, such as "move target out of bounds".
 */
const NO_REASON = '"error":"unknown error","message":""';

/** @returns undefined unless driver, browser and Xvfb are there. */
export function findWebKit(): WebKit | undefined {
  const [driver, screen] = [which('WebKitWebDriver'), which('Xvfb')];
  const libraries = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`; // Debian's
  const browser = ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0']
    .map((version) => join(libraries, version, 'MiniBrowser'))
    .find((path) => existsSync(path));
  return driver && screen && browser ? { driver, screen, browser } : undefined;
}

export async function openWebKit({ driver, screen, browser }: WebKit): Promise<Driven> {
  const home = mkdtempSync(join(tmpdir(), 'trainyard-webkit-'));
  const started: ChildProcess[] = [];
  const start = (
    program: string,
    args: readonly string[],
    env: Record<string, string>,
    stdio: 'ignore' | ['ignore', 'ignore', 'ignore', 'pipe'] = 'ignore',
  ) => {
    const child = spawn(program, args, { stdio, env: { ...process.env, HOME: home, ...env } });
    started.push(child);
    return child;
  };
  async function close(): Promise<void> {
    for (const child of started.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    const port = await freePort();
    const DISPLAY = `:${await displayOf(start(screen, ['-displayfd', '3', '-screen', '0', '1400x1100x24', '-nolisten', 'tcp'], {}, ['ignore', 'ignore', 'ignore', 'pipe']))}`;
    const folders = { XDG_DATA_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') };
    start(driver, [`--port=${port}`, '--host=127.0.0.1'], { DISPLAY, ...folders });
    const options = { binary: browser, args: ['--automation'] };
    const capabilities = { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options } };
    const address = `http://127.0.0.1:${port}/session`;
    const session = await firstAnswer(() => post(address, { capabilities }));
    if (typeof session !== 'object' || session === null || !('sessionId' in session))
      throw new Error(`WebKitWebDriver answered ${JSON.stringify(session)}`);
    const { sessionId } = session;
    const send: Send = async (command, body) => {
      const url = `${address}/${sessionId}/${commands[command].path}`;
      if (command !== 'actions') return post(url, body);
      return post(url, body).catch(async (error: unknown) => {
        if (!(error instanceof Error) || !error.message.includes(NO_REASON)) throw error;
        await fetch(url, { method: 'DELETE' }); // lets go of the button, so that what was begun ends
        return post(url, body);
      });
    };
    await post(`${address}/${sessionId}/timeouts`, { script: 60_000, pageLoad: 60_000 });
    await send('resize', { width: 1280, height: 1000 });
    return driven(send, async () => {
      await fetch(`${address}/${sessionId}`, { method: 'DELETE' }).catch(() => {});
      await close();
    });
  } catch (error) {
    await close();
    throw error;
  }
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value)}`);
  return value;
}

/** The driver needs a moment until it listens. */
async function firstAnswer<T>(ask: () => Promise<T>): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await ask();
    } catch (error) {
      if (i === 100 || !(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Xvfb takes a free display and writes its number. */
async function displayOf(screen: ChildProcess): Promise<string> {
  const numbers = screen.stdio[3];
  if (!numbers || !('setEncoding' in numbers)) throw new Error('Xvfb has no third stream');
  return new Promise((resolve, reject) => {
    numbers.once('data', (data) => resolve(String(data).trim()));
    screen.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
