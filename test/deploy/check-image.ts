// What is promised of the image: little is in it, it is not root, writes nothing, is healthy when it can classify, and ends well.
import { once } from 'node:events';
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { filesUnder } from '../../setup/files/index.mjs';
import { root } from '../../setup/paths.mjs';
import { digitPng } from '../serve/digit.ts';
import { buildImage, copied, startContainer } from './image.ts';

const MB = 1e6;

/**
 * The most that there may be beside the base image. Debian with Node, node:22-bookworm-slim, is said to have 220 MB, and all
 * together is to be under 400.
 */
const MOST = 160 * MB;

/** @param folder - an empty one. */
export async function checkImage(tarball: string, folder: string): Promise<void> {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const taken = ignored.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  expect(taken.sort()).toEqual([...copied].sort());
  const context = join(folder, 'context');
  mkdirSync(context, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, name), join(context, name));
  copyFileSync(tarball, join(context, basename(tarball)));

  const image = await buildImage(context, folder);
  const app = join(image, 'app');
  const bytes = filesUnder(app).reduce((sum, path) => sum + lstatSync(path).size, 0);
  expect(bytes).toBeLessThan(MOST);
  for (const name of ['typescript', 'vitest', '@tensorflow'])
    expect(existsSync(join(app, 'node_modules', name)), name).toBe(false);

  const container = await startContainer(image);
  try {
    await expect.poll(() => container.health(), { timeout: 30_000, interval: 200 }).toBe(0);
    const status = readFileSync(`/proc/${container.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
    expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
    expect(readFileSync(`/proc/${container.pid}/mounts`, 'utf8')).toMatch(/^\S+ \/ \S+ ro[, ]/m);
    const body = new Uint8Array(await digitPng(0));
    const answer = await (await fetch(`${container.url}/classify`, { method: 'POST', body })).json();
    expect(answer).toMatchObject({ model: 'digits', version: 1, label: '7' });
    expect((await fetch(container.url)).status).toBe(200);
    const ended = once(container.child, 'exit');
    process.kill(container.pid, 'SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(container.health()).not.toBe(0);
  } finally {
    container.child.kill('SIGKILL');
  }
}
