// Starts a browser once and has it show a page: proof that its libraries are there and that its processes run.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const title = 'trainyard';
const timeoutMs = 30_000;
const pollMs = 50;

/**
 * Why a browser does not work; `undefined` when it does.
 * @param {string} executable
 * @param {readonly string[]} args
 * @param {Record<string, string>} env added to ours
 * @returns {Promise<string | undefined>}
 */
export async function whyBrowserFails(executable, args, env) {
  const profile = join(tmpdir(), `trainyard-browser-${process.pid}`);
  const page = `data:text/html,<title>${title}</title>`;
  const child = spawn(
    executable,
    [...args, '--remote-debugging-port=0', `--user-data-dir=${profile}`, page],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let output = '';
  let ended = '';
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code, signal) => (ended = `it ended with ${signal ?? `code ${code}`}`));
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  try {
    const deadline = Date.now() + timeoutMs;
    while (!ended && Date.now() < deadline) {
      const port = /DevTools listening on ws:\/\/[^/]+:(\d+)\//.exec(output)?.[1];
      if (port && (await hasOpened(port))) return undefined;
      await sleep(pollMs);
    }
    return output.trim().split('\n').at(-1) || ended || `no page within ${timeoutMs / 1000} s`;
  } finally {
    if (!ended) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @param {string} port of the DevTools protocol's list of pages */
async function hasOpened(port) {
  const pages = await fetch(`http://127.0.0.1:${port}/json/list`)
    .then((response) => response.json())
    .catch(() => []); // the port is announced before it answers
  return pages.some((/** @type {{ title: string }} */ page) => page.title === title);
}
