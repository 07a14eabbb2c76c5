// A worker thread: files, pictures or inputs in, probabilities out. Decodes, prepares and runs models, all away from
// the thread that speaks HTTP. What arrived while it was at something is its next batch, which those join that come while
// it is decoded: alone, a picture waits for none; under load, batches grow by themselves.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { UserError } from '../../models/errors.ts';
import { Damaged } from '../decode/damaged.ts';
import { openFree } from '../free.ts';
import { openTidy } from '../tidy.ts';
import { createInbox } from './inbox.ts';
import { createMaker } from './material.ts';
import type {
  Answered,
  FromWorker,
  Job,
  Material,
  ToWorker,
  Unanswered,
  WorkerModel,
  WorkerOptions,
} from './messages.ts';
import { openSession, type Session } from './session.ts';

/** A model that is open, or the reason why it cannot be. */
interface Held {
  readonly model: WorkerModel;
  readonly session: Session | undefined;
  readonly reason: string;
  /** `[batch,H,W,C]`, filled anew for each run. */
  readonly inputs: Uint8Array;
  readonly largest: number;
}

/** Pixels of a picture after which memory is given back when there is nothing to do. */
const LARGE = 4_000_000;

/** Bytes of a lot from which it is freed, rather than left to the collector. */
const BURDEN = 64 * 1024;

function work(port: MessagePort, options: WorkerOptions): void {
  const models = new Map<string, Held>();
  const make = createMaker(options);
  const inbox = createInbox(() => receiveMessageOnPort(port)?.message);
  /** What came of jobs, and is not told yet. */
  let answered: Answered[] = [];
  let unanswered: Unanswered[] = [];
  const tidy = openTidy();
  const free = openFree();
  let busy = false;
  /** A large picture was worked on. */
  let large = false;

  port.on('message', (message: ToWorker) => {
    inbox.put(message);
    if (!busy) void workOff();
  });

  const tell = (message: FromWorker) => port.postMessage(message);

  /** @param lots - of which there is no more to tell. */
  function report(lots: number): void {
    tell({ kind: 'worked', answered, unanswered, lots });
    answered = [];
    unanswered = [];
  }

  async function workOff(): Promise<void> {
    busy = true;
    for (;;) {
      inbox.takeLots();
      if (inbox.lots.length > 0) {
        await classify();
        continue;
      }
      const message = inbox.next();
      if (message === undefined) break;
      if (message.kind === 'open') await open(message.model);
      else if (message.kind === 'close') await close(message.key);
      else if (message.kind === 'end') port.close();
    }
    busy = false;
    if (large) tidy();
    large = false;
  }

  async function open(model: WorkerModel): Promise<void> {
    const start = performance.now();
    const spent = () => performance.now() - start;
    try {
      const session = await openSession(model.path, model.card, options);
      const largest = session.largest ?? options.batch;
      const inputs = new Uint8Array(largest * sizeOf(model));
      models.set(model.key, { model, session, reason: '', inputs, largest });
      tell({ kind: 'opened', key: model.key, milliseconds: spent(), device: session.device });
    } catch (error) {
      const reason = explain(error);
      models.set(model.key, { model, session: undefined, reason, inputs: new Uint8Array(), largest: 1 });
      tell({ kind: 'opened', key: model.key, milliseconds: spent(), reason });
    }
  }

  async function close(key: string): Promise<void> {
    const held = models.get(key);
    models.delete(key);
    await held?.session?.release();
  }

  /** Those that are quick go first, in batches of one model; the others follow one by one. */
  async function classify(): Promise<void> {
    for (;;) {
      const first = inbox.jobs.find(({ alone }) => !alone) ?? inbox.jobs[0];
      if (first === undefined) break;
      if (first.alone && answered.length + unanswered.length > 0) report(0);
      await classifyBatch(first, models.get(first.key));
    }
    const done = inbox.lots.splice(0);
    report(done.length);
    free(done.filter(({ byteLength }) => byteLength >= BURDEN).map((buffer) => new Uint8Array(buffer)));
  }

  /** Those that come while a batch is decoded join it. A bad picture is left out, and told of alone. */
  async function classifyBatch(first: Job, held: Held | undefined): Promise<void> {
    if (held?.session === undefined) {
      const reason = held?.reason ?? 'the worker does not have it';
      for (const { id } of inbox.takeBatch(first, Number.POSITIVE_INFINITY))
        unanswered.push({ id, loss: 'broken', reason });
      return;
    }
    const ids: number[] = [];
    const spent: number[] = [];
    for (;;) {
      const batch = inbox.takeBatch(first, held.largest - ids.length);
      if (batch.length === 0) break;
      for (const job of batch) prepareInput(held, job, ids, spent);
      if (!first.alone) inbox.takeLots(true);
    }
    if (ids.length > 0) await run(held, held.session, ids, spent);
  }

  function prepareInput(held: Held, { id, material }: Job, ids: number[], spent: number[]): void {
    const { shape, prepare } = held.model.card.input;
    large ||= pixelsOf(material) > LARGE;
    try {
      const made = make(material, shape, prepare);
      held.inputs.set(made.input, ids.length * sizeOf(held.model));
      ids.push(id);
      spent.push(made.spent.decode, made.spent.prepare);
    } catch (error) {
      const loss = error instanceof Damaged ? 'refused' : 'failed';
      unanswered.push({ id, loss, reason: explain(error) });
    }
  }

  /** Runs the inputs that are there; when that fails, each alone. */
  async function run(held: Held, session: Session, ids: number[], spent: number[]): Promise<void> {
    const size = sizeOf(held.model);
    const n = session.largest ?? ids.length;
    const start = performance.now();
    try {
      const all = await session.run(held.inputs.subarray(0, n * size), n);
      const milliseconds = performance.now() - start;
      const probabilities = all.subarray(0, ids.length * held.model.card.labels.length);
      answered.push({ key: held.model.key, ids, probabilities, spent, run: milliseconds });
    } catch (error) {
      if (ids.length === 1) unanswered.push({ id: ids[0] ?? -1, loss: 'failed', reason: explain(error) });
      else
        for (let i = 0; i < ids.length; i++) {
          held.inputs.copyWithin(0, i * size, (i + 1) * size);
          await run(held, session, ids.slice(i, i + 1), spent.slice(2 * i, 2 * i + 2));
        }
    }
  }
}

/** Bytes of one input. */
function sizeOf(model: WorkerModel): number {
  return model.card.input.shape.reduce((product, side) => product * side, 1);
}

function pixelsOf(material: Material): number {
  if (material.kind === 'input') return 0;
  const { width, height } = material.kind === 'encoded' ? material.header : material.picture;
  return width * height;
}

function explain(error: unknown): string {
  if (error instanceof UserError || error instanceof Damaged) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

if (parentPort !== null) work(parentPort, workerData);
