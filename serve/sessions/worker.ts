// A worker thread: gets files, pixels or inputs and returns what models give. It decodes, prepares and runs models, all off
// the main thread, which speaks HTTP. Batches that arrived while it was busy are joined to its next one: a picture that
// is alone waits for no other; under load, batches grow by themselves.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { NoEmbedding } from '../../models/embedding.ts';
import { explain } from '../explain.ts';
import { openGarbageCollector } from '../memory/collect-garbage.ts';
import { largestBatch } from './batch-size.ts';
import { goInside } from './exit-gate.ts';
import type { PictureInput, WorkerJob } from './job.ts';
import type { FromWorker, ToWorker, WorkerModel, WorkerOptions } from './messages.ts';
import { createPrepareInput } from './prepare-input.ts';
import { type LoadedModel, type PendingResults, runJobs } from './run-batch.ts';
import { type ModelSession, openModelSession } from './session.ts';
import { unpack } from './transfer.ts';

/** Pixels of pictures after which garbage is collected as soon as the worker has nothing to do. */
const LARGE_PICTURE = 4_000_000;

/** Pictures of fewer pixels do not count: their garbage is collected while others come. */
const COUNTED_PICTURE = 500_000;

function runWorker(port: MessagePort, options: WorkerOptions): void {
  const models = new Map<string, LoadedModel & { readonly session: ModelSession | undefined }>();
  const prepareInput = createPrepareInput(options);
  const inbox: ToWorker[] = [];
  const results: PendingResults = { runs: [], failed: [] };
  const collectGarbage = openGarbageCollector();
  const inside = <T>(work: () => Promise<T>) => goInside(options.gate, work);
  let busy = false;
  /** Something large is garbage now: a picture, or a model's file, of which onnxruntime holds a copy while it opens it. */
  let large = false;
  /** Of pictures since garbage was collected. */
  let pixels = 0;

  port.on('message', (message: ToWorker) => {
    inbox.push(message);
    if (!busy) void processInbox();
  });

  const send = (message: FromWorker) => port.postMessage(message);

  /** @param batches - how many batches are finished with these results. */
  function sendResults(batches: number): void {
    send({ kind: 'results', runs: results.runs, failed: results.failed, batches });
    results.runs = [];
    results.failed = [];
  }

  async function processInbox(): Promise<void> {
    busy = true;
    let jobs: WorkerJob[] = [];
    let batches = 0;
    for (;;) {
      const message = inbox.shift() ?? receiveMessageOnPort(port)?.message;
      if (message?.kind === 'batch') {
        jobs.push(...unpack(message.transfer));
        batches++;
        continue;
      }
      if (batches > 0) await classify(jobs, batches);
      jobs = [];
      batches = 0;
      if (message === undefined) {
        if (inbox.length === 0) break;
        continue; // it arrived while the jobs ran
      }
      if (message.kind === 'open') await open(message.model);
      else if (message.kind === 'close') await close(message.key);
      else if (message.kind === 'end') port.close();
    }
    busy = false;
    if (large) {
      collectGarbage();
      pixels = 0;
    }
    large = false;
  }

  async function open(model: WorkerModel): Promise<void> {
    const known = models.get(model.key);
    const opened = known?.session;
    if (opened !== undefined) {
      send({ kind: 'opened', key: model.key, milliseconds: 0, device: opened.device });
      return;
    }
    if (known?.failure === 'no-embedding') {
      send({ kind: 'opened', key: model.key, milliseconds: 0, reason: known.reason });
      return; // the same file would be read again for each picture
    }
    large = true;
    const start = performance.now();
    const spent = () => performance.now() - start;
    try {
      const openSession = model.embedding ? await embeddingOpener() : openModelSession;
      const opened = await inside(() => openSession(model.contents ?? model.path, model.card, options));
      const session = {
        ...opened,
        run: (inputs: Uint8Array, n: number) => inside(() => opened.run(inputs, n)),
      };
      const largest = session.largest ?? largestBatch(model.card.input.shape, options.batch);
      models.set(model.key, { model, session, reason: '', inputs: new Uint8Array(), largest });
      const { device, doubt } = session;
      send({ kind: 'opened', key: model.key, milliseconds: spent(), device, doubt });
    } catch (error) {
      const reason = explain(error);
      const failure = error instanceof NoEmbedding ? 'no-embedding' : 'broken';
      models.set(model.key, {
        ...{ model, session: undefined, reason, failure },
        ...{ inputs: new Uint8Array(), largest: 1 },
      });
      send({ kind: 'opened', key: model.key, milliseconds: spent(), reason });
    }
  }

  async function close(key: string): Promise<void> {
    const loaded = models.get(key);
    models.delete(key);
    large = true;
    await inside(async () => loaded?.session?.release());
  }

  /** Quick jobs run first, in batches of one model; jobs that run alone follow, one by one. */
  async function classify(jobs: readonly WorkerJob[], batches: number): Promise<void> {
    const groups = new Map<string, WorkerJob[]>();
    for (const job of jobs) {
      if (job.alone) continue;
      const group = groups.get(job.key);
      if (group === undefined) groups.set(job.key, [job]);
      else group.push(job);
    }
    for (const [key, group] of groups)
      await runJobs(models.get(key), group, prepareInput, results, options.cancelled);
    for (const job of jobs) {
      if (!job.alone) continue;
      if (results.runs.length + results.failed.length > 0) sendResults(0);
      await runJobs(models.get(job.key), [job], prepareInput, results, options.cancelled);
    }
    sendResults(batches);
    for (const { input } of jobs) if (pixelsOf(input) > COUNTED_PICTURE) pixels += pixelsOf(input);
    if (pixels > LARGE_PICTURE) large = true;
  }
}

/** Loaded for who asks for embeddings: it reads and writes whole graphs. */
async function embeddingOpener(): Promise<typeof openModelSession> {
  return (await import('./embedding-session.ts')).openEmbeddingSession;
}

function pixelsOf(input: PictureInput): number {
  if (input.kind === 'input') return 0;
  const { width, height } = input.kind === 'encoded' ? input.header : input.picture;
  return width * height;
}

if (parentPort !== null) runWorker(parentPort, workerData);
