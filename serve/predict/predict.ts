// Classifies files with the server's engine, a limited number at a time, and writes the results in the order of the files.
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
  /** Predictions for each file. */
  readonly top: number;
  /** Files that are classified at the same time. */
  readonly atOnce: number;
  /** Writes results, in the order of the files. */
  readonly write: (outcomes: readonly FilePrediction[]) => Promise<void>;
  /** Whether to stop: files that were started are finished. */
  readonly stopped?: (() => boolean) | undefined;
}

/** Milliseconds before a picture is tried again when the queue was full. */
const RETRY = 20;

/** A file that is being classified, and its bytes in memory. */
interface StartedFile {
  readonly outcome: Promise<FilePrediction>;
  readonly bytes: number;
}

/**
 * Classifies all files. One that cannot be read or decoded has an error as its result and does not stop the others. The
 * files that are classified at the same time are limited in number and, all together, in bytes (`heldBytes`).
 */
export async function predictFiles(options: PredictOptions): Promise<void> {
  const { files, atOnce, limits, write, stopped = () => false } = options;
  const started: StartedFile[] = [];
  let held = 0;

  async function writeFirst(count: number): Promise<void> {
    const first = started.splice(0, count);
    await write(await Promise.all(first.map(({ outcome }) => outcome)));
    held -= first.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  for await (const file of files) {
    if (stopped()) break;
    const { size } = (await stat(file).catch(() => undefined)) ?? { size: 0 };
    while (started.length > 0 && held + size > limits.heldBytes) await writeFirst(1);
    started.push({ outcome: predictFile(file, size, options), bytes: size });
    held += size;
    if (started.length >= atOnce) await writeFirst(Math.ceil(atOnce / 2));
  }
  await writeFirst(started.length);
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
