// nginx with deploy/nginx.conf, in front of replicas of this machine.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../setup/paths.mjs';
import { freePort } from '../listening.ts';

const PROGRAM = '/usr/sbin/nginx';

/** Why nginx cannot be run here; empty where it can. */
export const whyNoNginx =
  spawnSync(PROGRAM, ['-v']).status === 0 ? '' : `there is no ${PROGRAM}: .ci/run installs it`;

/** The file as it is, but for addresses and the folder of what nginx writes. */
export function configuration(folder: string, port: number, replicas: readonly string[]): string {
  const text = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8');
  return replicas
    .reduce((text, address, i) => text.replaceAll(`trainyard-${i + 1}:3000`, address), text)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replaceAll('/tmp/', `${folder}/`)
    .replace('worker_processes auto;', 'worker_processes 1;');
}

/** What `nginx -t` says of a configuration: its exit status and its words. */
export function checkConfiguration(folder: string, text: string) {
  const path = join(folder, 'checked.conf');
  writeFileSync(path, text);
  const { status, stderr } = spawnSync(PROGRAM, ['-t', '-e', 'stderr', '-p', folder, '-c', path]);
  return { status, said: stderr.toString() };
}

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts nginx in front of replicas, `host:port` each, two as in the file. */
export async function startNginx(folder: string, replicas: readonly string[]): Promise<Nginx> {
  const port = await freePort();
  return runNginx(folder, port, configuration(folder, port, replicas));
}

/** Starts nginx with a configuration that listens on this port of 127.0.0.1. */
export async function runNginx(folder: string, port: number, text: string): Promise<Nginx> {
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, text);
  const words = ['-e', 'stderr', '-p', folder, '-c', path, '-g', 'daemon off;'];
  const child = spawn(PROGRAM, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const ended = once(child, 'exit');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended and said:\n${said}`);
    await sleep(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('connect', () => socket.destroy()).on('error', () => resolve(false));
  });
}
