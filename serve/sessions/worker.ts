// A worker thread: decoded pictures in, probabilities out. Prepares inputs and runs models, away from the thread that
// speaks HTTP: `create()` and `run()` of onnxruntime-node block theirs.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../models/errors.ts';
import { prepare } from '../../models/image/prepare.ts';
import { type Batched, createBatcher } from './batcher.ts';
import type { FromWorker, Job, ToWorker, WorkerModel, WorkerOptions } from './messages.ts';
import { openSession } from './session.ts';

/** A model, and the way to run it once somebody has asked for it. */
interface Held {
  readonly model: WorkerModel;
  run?: Promise<(input: Uint8Array) => Promise<Batched<Float32Array>>>;
}

function work(port: MessagePort, { threads, batch }: WorkerOptions): void {
  const models = new Map<string, Held>();

  port.on('message', async (message: ToWorker) => {
    if (message.kind === 'end') port.close();
    else port.postMessage(message.kind === 'load' ? await load(message.models) : await classify(message));
  });

  /** Opens the newest version of each name that works; the others are opened when they are asked for. */
  async function load(list: readonly WorkerModel[]): Promise<FromWorker> {
    for (const model of list) models.set(model.key, { model });
    const done = new Set<string>();
    const broken = new Map<string, string>();
    for (const held of [...models.values()].reverse()) {
      if (done.has(held.model.name)) continue;
      try {
        await open(held);
        done.add(held.model.name);
      } catch (error) {
        broken.set(held.model.key, reason(error));
      }
    }
    return { kind: 'ready', broken };
  }

  function open(held: Held): NonNullable<Held['run']> {
    const { path, card } = held.model;
    held.run ??= openSession(path, card, threads).then(({ run }) => createBatcher(run, batch));
    return held.run;
  }

  async function classify({ id, key, pixels }: Job): Promise<FromWorker> {
    try {
      const held = models.get(key);
      if (held === undefined) throw new Error(`the worker has no model ${key}`);
      const start = performance.now();
      const { shape, prepare: rule } = held.model.card.input;
      const input = 'input' in pixels ? pixels.input : prepare(pixels.picture, shape, rule);
      const spent = performance.now() - start;
      const run = await open(held);
      const { output, milliseconds } = await run(input);
      return { kind: 'answered', id, probabilities: output, prepare: spent, run: milliseconds };
    } catch (error) {
      if (error instanceof UserError) return { kind: 'broken', id, reason: error.message };
      return { kind: 'failed', id, stack: reason(error) };
    }
  }
}

function reason(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

if (parentPort !== null) work(parentPort, workerData);
