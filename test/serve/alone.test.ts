// What is promised of a machine that only serves: Node and npm are enough, without Python, compiler, TensorFlow or data.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { which } from '../../setup/machine/system.mjs';
import { copyCheckout } from '../copied-checkout.ts';
import { listening } from '../listening.ts';
import { digitPng } from './digit.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-alone-'));
const checkout = join(folder, 'trainyard');
const bin = join(folder, 'bin');

beforeAll(() => {
  copyCheckout(checkout, ['@tensorflow']);
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['npm', 'sh']) symlinkSync(which(name) ?? name, join(bin, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What this machine needs to reach a registry: Node's own builds trust no certificate of a company's proxy without it. */
const network = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|NO)_PROXY|npm_config_registry)$/i.test(name),
  ),
);

/** Starts a program of the checkout that serves, and asks it while `use` runs. */
async function serving(
  program: string,
  args: string[],
  use: (url: string, child: ChildProcess) => Promise<void>,
): Promise<void> {
  const child = spawn(join(bin, program), args, {
    cwd: checkout,
    env: { ...network, PATH: bin, HOME: folder, TRAINYARD_CACHE: join(folder, 'cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const { url } = await listening(child);
  try {
    await use(url, child);
  } finally {
    endGroup(child);
    await ended;
  }
}

/** Ends npm and all that it has started, if any of it still runs. */
function endGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {}
}

async function readsDigit(url: string): Promise<void> {
  const body = new Uint8Array(await digitPng(0));
  const response = await fetch(`${url}/classify`, { method: 'POST', body });
  expect(await response.json()).toMatchObject({ model: 'digits', label: '7' });
}

test('npm run serve builds the page, starts, and reads a digit', () =>
  serving('npm', ['run', 'serve', '--', '--port', '0'], async (url) => {
    await readsDigit(url);
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<canvas');
  }));

test('SIGTERM to npm alone, as a process manager sends it, ends the server too', () =>
  serving('npm', ['run', 'serve', '--', '--port', '0'], async (url, child) => {
    await readsDigit(url);
    child.kill('SIGTERM');
    const asked = () => fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(Boolean);
    await expect.poll(() => asked().catch(() => 'ended'), { timeout: 20_000 }).toBe('ended');
  }));

test('it serves where nothing can be written', async () => {
  const state = join(checkout, '.trainyard');
  rmSync(state, { recursive: true, force: true });
  writeFileSync(state, ''); // no folder can be made there, not even by root
  await serving('node', ['bin/trainyard.mjs', 'serve', '--port', '0'], readsDigit);
});
