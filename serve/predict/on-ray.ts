// Classifies files on a Ray cluster: its nodes read them and run the model, by the Python package; rows come back here, in the
// order of the files, so that a file of predictions is the same, and goes on the same way, whoever classified.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { byteCode } from '../../setup/libraries/byte-code.mjs';
import { pythonReady } from '../../setup/libraries/python-on-demand.mjs';
import { root } from '../../setup/paths.mjs';
import type { ServedModel } from '../engine/models.ts';
import type { FoundPicture } from './files.ts';
import { linesOf } from './lines.ts';
import type { FilePrediction } from './rows.ts';

export interface OnRayOptions {
  /** `ray://host:port`. */
  readonly address: string;
  readonly model: ServedModel;
  readonly files: AsyncIterable<FoundPicture>;
  /** Predictions for each file. */
  readonly top: number;
  /** Writes results, in the order of the files. */
  readonly write: (outcomes: readonly FilePrediction[]) => Promise<void>;
  /** Whether to stop: what is not written then is lost. */
  readonly stopped: () => boolean;
}

/** Rows that are written at a time. */
const ROWS = 1024;

/** Milliseconds between two looks at whether to stop. */
const LOOK = 200;

/**
 * Classifies all files. One that a node cannot read or decode has an error as its result.
 *
 * @throws UserError when the cluster cannot be reached, or the run ends before the last file.
 */
export async function predictOnRay(options: OnRayOptions): Promise<void> {
  const { address, files, model, top, stopped } = options;
  const python = await pythonReady('ray');
  const child = spawn(python, ['-m', 'trainyard_runtime.on_ray', address], {
    env: { ...process.env, ...byteCode, PYTHONPATH: join(root, 'python') },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true, // Ctrl-C is for this process, which ends that one
  });
  const kill = () => void child.kill('SIGKILL');
  process.on('exit', kill);
  const look = setInterval(() => stopped() && kill(), LOOK);
  const ended = once(child, 'close');
  try {
    const sent = send(child, model, top, files);
    const received = await receive(child, options);
    const [code, signal] = await ended;
    if (stopped()) return;
    const all = await sent;
    if (code !== 0 || received !== all)
      throw ofCluster(address, `it ended with ${signal ?? `status ${code}`} after ${received} pictures`);
  } finally {
    kill();
    await ended;
    clearInterval(look);
    process.off('exit', kill);
  }
}

/** @returns how many pictures were sent: not all where the other side has ended. */
async function send(
  { stdin }: ChildProcess,
  model: ServedModel,
  top: number,
  files: AsyncIterable<FoundPicture>,
): Promise<number> {
  if (stdin === null) throw new Error('there is no standard input');
  const bytes = model.contents ?? (await readFile(model.path));
  let n = 0;
  async function* lines() {
    yield `${JSON.stringify({ model: Buffer.from(bytes).toString('base64'), top })}\n`;
    for await (const { path, at = path, problem } of files) {
      yield `${JSON.stringify({ file: path, at: resolve(at), problem })}\n`;
      n++;
    }
  }
  await pipeline(lines, stdin).catch((error: unknown) => {
    if (!isClosed(error)) throw error; // the status of the other side says why
  });
  return n;
}

const isClosed = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(String(error.code));

const prediction = z.object({ label: z.string(), probability: z.number() });

/** What stands in every row with an answer. */
const answered = {
  file: z.string(),
  known: z.boolean().exactOptional(),
  novelty: z.number().exactOptional(),
};

const row = z.union([
  z.object({ ...answered, task: z.literal('single'), ...prediction.shape, predictions: z.array(prediction) }),
  z.object({
    ...answered,
    task: z.literal('multi'),
    labels: z.array(prediction),
    predictions: z.array(prediction.extend({ threshold: z.number() })),
  }),
  z.object({
    ...answered,
    task: z.literal('regression'),
    values: z.record(z.string(), z.number()),
    outside: z.array(z.string()),
  }),
  z.object({ file: z.string(), error: z.string() }),
  z.object({ failed: z.string() }),
]);

/**
 * Writes the rows that come.
 *
 * @returns how many there were.
 * @throws UserError with what went wrong in the cluster.
 */
async function receive({ stdout }: ChildProcess, { address, write, stopped }: OnRayOptions): Promise<number> {
  if (stdout === null) throw new Error('there is no standard output');
  let rows: FilePrediction[] = [];
  let n = 0;
  for await (const { text, ended } of linesOf(stdout)) {
    if (!ended || stopped()) break;
    const value = row.parse(JSON.parse(text));
    if ('failed' in value) throw ofCluster(address, lastLine(value.failed));
    rows.push(value);
    if (++n % ROWS > 0) continue;
    await write(rows);
    rows = [];
  }
  await write(rows);
  return n;
}

/** Ray's errors end with their cause, behind the traces of all processes that it came through. */
const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

function ofCluster(address: string, reason: string): UserError {
  return new UserError(
    `The prediction on ${address} ended: ${reason}. Rows that were written are kept: the same command goes on with them. Every node needs the Ray and Python of this machine (setup/requirements/ray.txt), onnxruntime, Pillow and NumPy, and the pictures at the same paths.`,
  );
}
