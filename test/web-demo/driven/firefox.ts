// Firefox, driven by its own Marionette, which is what geckodriver hands WebDriver's commands on to.
// Reference: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { which } from '../../../setup/machine/system.mjs';
import { commands, type Driven, driven, type Send } from './webdriver.ts';

export const findFirefox = () => which('firefox-esr') ?? which('firefox');

const preferences = {
  'marionette.port': 0, // any; the profile's file says which
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
};

export async function openFirefox(executable: string): Promise<Driven> {
  const profile = mkdtempSync(join(tmpdir(), 'trainyard-firefox-'));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const browser = spawn(executable, ['--marionette', '--headless', '--no-remote', '--profile', profile], {
    stdio: 'ignore',
    env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
  });
  const ended = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  async function close(): Promise<void> {
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    const socket = connect({ host: '127.0.0.1', port: await portOf(profile, browser) });
    const ask = await talk(socket);
    await ask('WebDriver:NewSession', {});
    await ask('WebDriver:SetTimeouts', { script: 60_000, pageLoad: 60_000 });
    await ask('WebDriver:SetWindowRect', { width: 1280, height: 1000 });
    const send: Send = (command, body) => ask(commands[command].marionette, body);
    return driven(send, async () => {
      socket.destroy();
      await close();
    });
  } catch (error) {
    await close();
    throw error;
  }
}

async function portOf(profile: string, browser: ChildProcess): Promise<number> {
  const file = join(profile, 'MarionetteActivePort');
  for (let i = 0; i < 600 && browser.exitCode === null; i++) {
    const port = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (port > 0) return port;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Firefox does not listen (exit code ${browser.exitCode})`);
}

/** Messages are JSON after their length and a colon: `[0, id, name, body]` is answered by `[1, id, error, result]`. */
async function talk(socket: Socket): Promise<(name: string, body: object) => Promise<unknown>> {
  const waiting = new Map<number, (answer: [error: { message: string } | null, result: unknown]) => void>();
  let received = Buffer.alloc(0);
  let last = 0;
  const greeted = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      for (;;) {
        const colon = received.indexOf(':');
        const end = colon + 1 + Number(received.subarray(0, colon));
        if (colon < 0 || received.length < end) return;
        const message: unknown = JSON.parse(received.subarray(colon + 1, end).toString());
        received = received.subarray(end);
        if (!Array.isArray(message)) resolve();
        else waiting.get(message[1])?.([message[2], message[3]]);
      }
    });
  });
  await greeted;
  return async (name, body) => {
    const id = ++last;
    const text = JSON.stringify([0, id, name, body]);
    const answered = new Promise<[{ message: string } | null, unknown]>((resolve) =>
      waiting.set(id, resolve),
    );
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [error, result] = await answered;
    waiting.delete(id);
    if (error) throw new Error(`${name}: ${error.message}`);
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : result;
  };
}
