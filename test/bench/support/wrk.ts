// Load from wrk, a C program that keeps a number of connections busy: https://github.com/wg/wrk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../../../setup/paths.mjs';

/** Bodies that are posted in turn, written to a folder. */
export interface Bodies {
  readonly folder: string;
  readonly count: number;
  readonly type: string;
}

/** The result of some seconds of load; times are milliseconds. */
export interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Answers with a status of 400 or more. */
  readonly refused: number;
  /** Connections that broke, and answers that took longer than `PATIENCE`. */
  readonly broken: number;
}

/** Seconds after which an answer is given up. */
const PATIENCE = 30;

const BOUNDARY = 'a-boundary-that-no-picture-holds';

/** Writes each picture as the form that `curl -F img=@picture` sends. */
export function writeForms(folder: string, pictures: readonly Uint8Array[]): Bodies {
  mkdirSync(folder, { recursive: true });
  for (const [i, picture] of pictures.entries()) writeFileSync(join(folder, `${i}.bin`), form(picture));
  return { folder, count: pictures.length, type: `multipart/form-data; boundary=${BOUNDARY}` };
}

function form(picture: Uint8Array): Uint8Array {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="img"; filename="picture"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/**
 * Keeps so many connections busy with POSTs for so many seconds; each sends its next request when it has its answer.
 *
 * @throws Error when wrk fails.
 */
export async function load(url: string, bodies: Bodies, connections: number, seconds: number): Promise<Load> {
  const script = join(root, 'test', 'bench', 'support', 'wrk.lua');
  const child = spawn(
    'wrk',
    [
      ...['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`],
      ...['--timeout', `${PATIENCE}s`, '--script', script, url, '--'],
      ...[new URL(url).pathname + new URL(url).search, bodies.type, bodies.folder, String(bodies.count)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const line = printed.split('\n').find((line) => line.startsWith('{'));
  if (line === undefined) throw new Error(`wrk ended without a result:\n${printed}`);
  const { requests, microseconds, p50, p99, longest, refused, broken } = JSON.parse(line);
  return {
    perSecond: requests / (microseconds / 1e6),
    ...{ p50: p50 / 1000, p99: p99 / 1000, longest: longest / 1000 },
    ...{ refused, broken },
  };
}
