// Classifies files by the server's own engine, a bounded number at a time, and gives the outcomes in the files' order.
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import { rank } from '../engine/rank.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import type { FilePrediction } from './rows.ts';

export interface PredictOptions {
  readonly engine: Pick<Engine, 'classify'>;
  readonly model: ServedModel;
  readonly limits: Limits;
  readonly files: AsyncIterable<string>;
  /** Predictions of each file. */
  readonly top: number;
  /** Files that are worked on at once. */
  readonly atOnce: number;
  /** Given outcomes, in the order of the files. */
  readonly write: (outcomes: readonly FilePrediction[]) => Promise<void>;
  /** Whether to stop: what is begun is finished. */
  readonly stopped?: (() => boolean) | undefined;
}

/** Milliseconds before a picture is tried again when the queue was full. */
const RETRY = 20;

/** A file that is being worked on, and the bytes of it that are held. */
interface Begun {
  readonly outcome: Promise<FilePrediction>;
  readonly bytes: number;
}

/**
 * Classifies all files. One that cannot be read or decoded has an error for its outcome, and does not stop the rest.
 * Files in work are bounded in number and, all together, to the bytes that a server holds of all requests.
 */
export async function predictFiles(options: PredictOptions): Promise<void> {
  const { files, atOnce, limits, write, stopped = () => false } = options;
  const begun: Begun[] = [];
  let held = 0;

  async function writeFirst(count: number): Promise<void> {
    const first = begun.splice(0, count);
    await write(await Promise.all(first.map(({ outcome }) => outcome)));
    held -= first.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  for await (const file of files) {
    if (stopped()) break;
    const { size } = (await stat(file).catch(() => undefined)) ?? { size: 0 };
    while (begun.length > 0 && held + size > limits.heldBytes) await writeFirst(1);
    begun.push({ outcome: predictFile(file, size, options), bytes: size });
    held += size;
    if (begun.length >= atOnce) await writeFirst(Math.ceil(atOnce / 2));
  }
  await writeFirst(begun.length);
}

async function predictFile(file: string, size: number, options: PredictOptions): Promise<FilePrediction> {
  const { model, top, limits } = options;
  try {
    if (size > limits.bodyBytes) {
      throw new Refusal(413, `it has ${size} bytes, more than the ${limits.bodyBytes} that may be`);
    }
    const { probabilities } = await classify(file, options);
    return { file, predictions: rank(model.card.labels, probabilities, top) };
  } catch (error) {
    if (error instanceof Refusal) return { file, error: error.message };
    if (error instanceof Error && 'code' in error)
      return { file, error: `it cannot be read: ${error.message}` };
    throw error;
  }
}

/** Waits while the queue is full, instead of refusing. */
async function classify(file: string, { engine, model }: PredictOptions): Promise<PictureResult> {
  for (;;) {
    try {
      const bytes = new Uint8Array(await readFile(file));
      return await engine.classify(model, { kind: 'encoded', bytes }, { deadline: Number.POSITIVE_INFINITY });
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 503) throw error;
      await sleep(RETRY);
    }
  }
}
