// A worker thread: files, pictures or inputs in, probabilities out. Decodes, prepares and runs models, all away from
// the thread that speaks HTTP. What arrived while it was at something is its next batch: alone, a picture waits for
// none; under load, batches grow by themselves.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { UserError } from '../../models/errors.ts';
import { Damaged } from '../decode/damaged.ts';
import { openTidy } from '../memory/collect-garbage.ts';
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
import { createMaker } from './prepare-input.ts';
import { openSession, type Session } from './session.ts';
import { unpack } from './transfer.ts';

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

function work(port: MessagePort, options: WorkerOptions): void {
  const models = new Map<string, Held>();
  const make = createMaker(options);
  const inbox: ToWorker[] = [];
  /** What came of jobs, and is not told yet. */
  let answered: Answered[] = [];
  let unanswered: Unanswered[] = [];
  const tidy = openTidy();
  let busy = false;
  /** Something large came and went: a picture, or the file of a model, of which onnxruntime holds a copy while it opens. */
  let large = false;

  port.on('message', (message: ToWorker) => {
    inbox.push(message);
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
    let jobs: Job[] = [];
    let lots = 0;
    for (;;) {
      const message = inbox.shift() ?? receiveMessageOnPort(port)?.message;
      if (message?.kind === 'lot') {
        jobs.push(...unpack(message.parcel));
        lots++;
        continue;
      }
      if (lots > 0) await classify(jobs, lots);
      jobs = [];
      lots = 0;
      if (message === undefined) {
        if (inbox.length === 0) break;
        continue; // it came while the jobs were worked on
      }
      if (message.kind === 'open') await open(message.model);
      else if (message.kind === 'close') await close(message.key);
      else if (message.kind === 'end') port.close();
    }
    busy = false;
    if (large) tidy();
    large = false;
  }

  async function open(model: WorkerModel): Promise<void> {
    large = true;
    const start = performance.now();
    const size = model.card.input.shape.reduce((product, side) => product * side, 1);
    const spent = () => performance.now() - start;
    try {
      const session = await openSession(model.path, model.card, options);
      const largest = session.largest ?? options.batch;
      const held = { model, session, reason: '', inputs: new Uint8Array(largest * size), largest };
      models.set(model.key, held);
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
    large = true;
    await held?.session?.release();
  }

  /** Those that are quick go first, in batches of one model; the others follow one by one. */
  async function classify(jobs: readonly Job[], lots: number): Promise<void> {
    const groups = new Map<string, Job[]>();
    for (const job of jobs) {
      if (job.alone) continue;
      const group = groups.get(job.key);
      if (group === undefined) groups.set(job.key, [job]);
      else group.push(job);
    }
    for (const [key, group] of groups) await classifyGroup(models.get(key), group);
    for (const job of jobs) {
      if (!job.alone) continue;
      if (answered.length + unanswered.length > 0) report(0);
      await classifyGroup(models.get(job.key), [job]);
    }
    report(lots);
    large ||= jobs.some(({ material }) => pixelsOf(material) > LARGE);
  }

  async function classifyGroup(held: Held | undefined, group: readonly Job[]): Promise<void> {
    if (held?.session === undefined) {
      const reason = held?.reason ?? 'the worker does not have it';
      for (const { id } of group) unanswered.push({ id, loss: 'broken', reason });
      return;
    }
    for (let at = 0; at < group.length; at += held.largest) {
      await runBatch(held, held.session, group.slice(at, at + held.largest));
    }
  }

  /** A bad picture is left out of the batch, and told of alone. */
  async function runBatch(held: Held, session: Session, batch: readonly Job[]): Promise<void> {
    const { shape, prepare } = held.model.card.input;
    const size = shape[0] * shape[1] * shape[2];
    const ids: number[] = [];
    const spent: number[] = [];
    for (const { id, material } of batch) {
      try {
        const made = make(material, shape, prepare);
        held.inputs.set(made.input, ids.length * size);
        ids.push(id);
        spent.push(made.spent.decode, made.spent.prepare);
      } catch (error) {
        unanswered.push({
          id,
          loss: error instanceof Damaged ? 'refused' : 'failed',
          reason: explain(error),
        });
      }
    }
    if (ids.length === 0) return;
    const n = session.largest ?? ids.length;
    const start = performance.now();
    try {
      const all = await session.run(held.inputs.subarray(0, n * size), n);
      const run = performance.now() - start;
      const probabilities = all.subarray(0, ids.length * held.model.card.labels.length);
      answered.push({ key: held.model.key, ids, probabilities, spent, run });
    } catch (error) {
      if (batch.length > 1)
        for (const job of batch) await runBatch(held, session, ids.includes(job.id) ? [job] : []);
      else unanswered.push({ id: ids[0] ?? -1, loss: 'failed', reason: explain(error) });
    }
  }
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
