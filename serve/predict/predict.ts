// Classifies files with the server's engine, a limited number at a time, and writes the results in the order of the files.
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf } from '../../models/answer.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { familiarityOf } from '../../models/novelty.ts';
import { systemReason } from '../../models/system-reason.ts';
import type { Engine } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import { WithoutEmbedding } from '../engine/picture-job.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import type { FoundPicture } from './files.ts';
import type { FilePrediction } from './rows.ts';

/** A file without a result, and why. */
export interface FailedFile {
  readonly file: string;
  readonly error: string;
}

/** How files are asked about, whatever is made of the results. */
export interface FilesOptions<Row> {
  readonly engine: Pick<Engine, 'classify'>;
  readonly model: ServedModel;
  readonly limits: Limits;
  readonly files: AsyncIterable<FoundPicture>;
  /** Whether their embeddings are wanted, too. */
  readonly embedding?: boolean | undefined;
  /** What is written of a result. */
  readonly rowOf: (file: string, result: PictureResult) => Row;
  /** Files that are classified at the same time. */
  readonly atOnce: number;
  /** Writes results, in the order of the files. */
  readonly write: (outcomes: readonly (Row | FailedFile)[]) => Promise<void>;
  /** Whether to stop: files that were started are finished. */
  readonly stopped?: (() => boolean) | undefined;
  /** Called when nothing was finished for a while, with what is waited for. */
  readonly onWaiting?: ((line: string) => void) | undefined;
  readonly patience?: Patience | undefined;
}

/** Milliseconds without any result after which it is said what is waited for, and after which there is no more waiting. */
export interface Patience {
  readonly say: number;
  readonly end: number;
}

const usualPatience: Patience = { say: 15_000, end: 10 * 60_000 };

/** Milliseconds before a picture is tried again when the queue was full. */
const RETRY = 20;

/** A file that is being classified, and its bytes in memory. */
interface StartedFile<Row> {
  readonly path: string;
  /** Undefined when it was not finished, since everything stops. */
  readonly outcome: Promise<Row | FailedFile | undefined>;
  readonly bytes: number;
}

export interface PredictOptions extends Omit<FilesOptions<FilePrediction>, 'rowOf'> {
  /** Predictions for each file. */
  readonly top: number;
}

/** Classifies all files, as `askFiles` does. */
export function predictFiles({ top, ...options }: PredictOptions): Promise<void> {
  const { card } = options.model;
  return askFiles<FilePrediction>({
    ...options,
    rowOf: (file, { output, novelty, embedding }) => ({
      ...{ file, ...answerOf(card, output, top) },
      ...familiarityOf(card, novelty),
      ...(embedding && { embedding }),
    }),
  });
}

/**
 * Asks the model about all files. One that cannot be read or decoded has an error as its result and does not stop the others. The
 * files that are classified at the same time are limited in number and, all together, in bytes (`heldBytes`).
 *
 * @throws UserError when the model cannot be used, or nothing was finished for so long that nothing will be.
 */
export async function askFiles<Row>(options: FilesOptions<Row>): Promise<void> {
  const { files, atOnce, limits, write } = options;
  const started: StartedFile<Row>[] = [];
  let held = 0;
  let over = false;
  /** Also when this call has failed: files that still wait for room would do so for ever. */
  const stopped = () => over || options.stopped?.() === true;

  async function writeFirst(count: number): Promise<void> {
    const first = started.splice(0, count);
    const outcomes = await withPatience(first, options);
    await write(outcomes.flatMap((outcome) => outcome ?? []));
    held -= first.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  try {
    for await (const { path, at = path, problem } of files) {
      if (stopped()) break;
      if (problem !== undefined) {
        started.push({ path, outcome: Promise.resolve({ file: path, error: problem }), bytes: 0 });
      } else {
        const { size } = (await stat(at).catch(() => undefined)) ?? { size: 0 };
        while (started.length > 0 && held + size > limits.heldBytes) await writeFirst(1);
        const outcome = askFile(path, at, size, { ...options, stopped });
        outcome.catch(() => {}); // it is awaited when it is its turn to be written
        started.push({ path, outcome, bytes: size });
        held += size;
      }
      if (started.length >= atOnce) await writeFirst(Math.ceil(atOnce / 2));
    }
    await writeFirst(started.length);
  } finally {
    over = true;
  }
}

/** Waits for the results of files: after a while it says for which one, and not for ever. */
async function withPatience<Row>(
  files: readonly StartedFile<Row>[],
  { onWaiting, patience = usualPatience }: FilesOptions<Row>,
): Promise<(Row | FailedFile | undefined)[]> {
  const waiting = new Set(files);
  let last = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const results = files.map(async (file) => {
    const outcome = await file.outcome;
    waiting.delete(file);
    last = performance.now();
    return outcome;
  });
  const impatience = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const idle = performance.now() - last;
      const [first] = waiting;
      const others = waiting.size > 1 ? ` and ${waiting.size - 1} others` : '';
      const what = `the prediction of ${first?.path}${others}`;
      if (idle >= patience.end)
        reject(
          new UserError(
            `Nothing was finished for ${inWords(idle)}: ${what} did not come. The same command tries again.`,
          ),
        );
      else if (idle >= patience.say) onWaiting?.(`Waiting for ${what}, since ${inWords(idle)}.`);
    }, patience.say);
  });
  try {
    return await Promise.race([Promise.all(results), impatience]);
  } finally {
    clearInterval(timer);
  }
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}

async function askFile<Row>(
  file: string,
  at: string,
  size: number,
  options: FilesOptions<Row>,
): Promise<Row | FailedFile | undefined> {
  const { rowOf, limits } = options;
  try {
    if (size > limits.bodyBytes) {
      throw new Refusal(413, `it has ${size} bytes, more than the ${limits.bodyBytes} that may be`);
    }
    const result = await classify(at, options);
    return result && rowOf(file, result);
  } catch (error) {
    const aboutModel =
      error instanceof WithoutEmbedding || (error instanceof Refusal && error.status === 404);
    if (aboutModel) throw new UserError(error.message);
    if (error instanceof Refusal) return { file, error: error.message };
    const system = systemReason(error);
    return { file, error: system === undefined ? firstLine(error) : `it cannot be read: ${system}` };
  }
}

/** A model that fails over one picture, or an error of ours, is the end of that picture alone. */
function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

/**
 * Waits while the queue is full, instead of refusing.
 *
 * @returns undefined when everything stops before there was room.
 */
async function classify(
  path: string,
  {
    engine,
    model,
    stopped,
    embedding,
  }: Pick<FilesOptions<unknown>, 'engine' | 'model' | 'stopped' | 'embedding'>,
): Promise<PictureResult | undefined> {
  for (;;) {
    try {
      const bytes = new Uint8Array(await readFile(path));
      const options = { deadline: Number.POSITIVE_INFINITY, embedding };
      return await engine.classify(model, { kind: 'encoded', bytes }, options);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 503) throw error;
      if (stopped?.()) return undefined;
      await sleep(RETRY);
    }
  }
}
