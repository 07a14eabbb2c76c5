// A model file on onnxruntime: opens it, checks it against its card, and runs batches. It blocks its thread: for workers.
import { basename } from 'node:path';
import type { Card } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { NOVELTY } from '../../models/novelty.ts';
import { InferenceSession, Tensor } from '../../setup/libraries/onnxruntime.ts';
import { mayHaveGpu } from '../../setup/machine/gpu.mjs';
import { isGpu } from '../../setup/machine/gpu-choice.mjs';
import { refuseLarge } from './batch-size.ts';
import { checkAnswers, checkNovelty } from './check-answers.ts';
import { type Device, explainNoCuda, explainNotSetUp, gpuOf } from './device.ts';

/** The path of a model file, or its bytes. */
export type ModelSource = string | Uint8Array;

/** onnxruntime's level of log lines above errors. */
const FATAL = 4;

/** What a model gives of a batch of n inputs. */
export interface Answers {
  /** float32 `[n,labels]`. */
  readonly output: Float32Array;
  /** float32 `[n]`, of a model whose card has a threshold for it. */
  readonly novelty?: Float32Array;
  /** float32 `[n,features]`, of a session that was opened for it. */
  readonly embedding?: Float32Array;
}

export interface ModelSession {
  /** Inputs of one run at most; undefined when the model takes any number. */
  readonly largest: number | undefined;
  /** What may be wrong with its card, for who serves it. */
  readonly doubt: string | undefined;
  /** The device that runs it: `cpu`, or `cuda:0`; with a note when another one was asked for. */
  readonly device: { readonly name: string; readonly note?: string };
  /**
   * Runs inputs as one batch.
   *
   * @param inputs - `[n,H,W,C]` uint8.
   */
  run(inputs: Uint8Array, n: number): Promise<Answers>;
  release(): Promise<void>;
}

export interface SessionOptions {
  /** Threads of one run. */
  readonly threads: number;
  readonly device: Device;
}

/**
 * Opens a model file and checks it against its card's golden vectors, which also warms it up.
 *
 * @param embedding - the name of the output that has the embeddings, where they are wanted.
 * @throws UserError when onnxruntime cannot open the file, its card is not true, or CUDA was asked for and does not
 * work.
 */
export async function openModelSession(
  file: ModelSource,
  card: Card,
  options: SessionOptions,
  embedding?: string,
): Promise<ModelSession> {
  const { session, device } = await create(file, options);
  const { name, shape } = card.input;
  const fetches = [
    card.output.name,
    ...(card.novelty === undefined ? [] : [NOVELTY]),
    ...(embedding === undefined ? [] : [embedding]),
  ];
  if (
    !session.inputNames.includes(name) ||
    !fetches.every((fetched) => session.outputNames.includes(fetched))
  ) {
    throw new UserError(
      `its inputs are ${session.inputNames.join(', ')} and its outputs ${session.outputNames.join(', ')}; expected ${name} and ${fetches.join(', ')}`,
    );
  }
  const width = card.labels.length;

  async function run(inputs: Uint8Array, n: number, quiet = false): Promise<Answers> {
    const feeds = { [name]: new Tensor('uint8', inputs, [n, ...shape]) };
    const results = await session.run(feeds, fetches, quiet ? { logSeverityLevel: FATAL } : {});
    const output = rowsOf(results[card.output.name], n, width);
    return {
      output,
      ...(card.novelty !== undefined && { novelty: rowsOf(results[NOVELTY], n, 1) }),
      ...(embedding !== undefined && { embedding: featuresOf(results[embedding], n) }),
    };
  }

  try {
    const fixed = fixedBatch(session, name);
    refuseLarge(shape, fixed);

    const { largest, doubt } = await checkAnswers(
      card,
      async (...asked) => (await run(...asked)).output,
      fixed,
    );
    if (card.novelty !== undefined && fixed === undefined)
      await checkNovelty(card, async (input) => (await run(input, 1)).novelty?.[0]);
    return { largest, doubt, device, run, release: () => session.release() };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** @throws UserError for another type or another number of rows than the card says. */
function rowsOf(result: Tensor | undefined, n: number, width: number): Float32Array {
  const { data, type, dims } = result ?? {};
  if (data instanceof Float32Array && data.length === n * width) return data;
  throw new UserError(`it gave ${type} [${dims}] for ${n} pictures; expected float32 [${n},${width}]`);
}

/** @throws UserError when the features are not a row for each picture. */
function featuresOf(result: Tensor | undefined, n: number): Float32Array {
  const { data, type, dims } = result ?? {};
  if (data instanceof Float32Array && dims?.[0] === n) return data;
  throw new UserError(
    `it gave features ${type} [${dims}] for ${n} pictures; expected float32 [${n},F], a row for each`,
  );
}

/** The batch size of a model that was exported for one size only. */
function fixedBatch(session: InferenceSession, name: string): number | undefined {
  const input = session.inputMetadata.find((input) => input.name === name);
  const batch = input?.isTensor ? input.shape[0] : undefined;
  return typeof batch === 'number' ? batch : undefined;
}

async function create(
  file: ModelSource,
  { threads, device }: SessionOptions,
): Promise<{ session: InferenceSession; device: ModelSession['device'] }> {
  const gpu = gpuOf(device);
  let note: string | undefined;
  if (gpu !== undefined && isGpu()) {
    const { loadCuda, missingLibrary } = await import('../../setup/libraries/cuda.mjs');
    try {
      loadCuda('onnxruntime');
      const session = await createOn(file, [{ name: 'cuda', deviceId: gpu }], threads);
      return { session, device: { name: `cuda:${gpu}` } };
    } catch (error) {
      note = explainNoCuda(error, missingLibrary());
    }
  } else if (gpu !== undefined && (device !== 'auto' || mayHaveGpu())) note = explainNotSetUp();
  if (note !== undefined && device !== 'auto') throw new UserError(note);
  try {
    const session = await createOn(file, ['cpu'], threads);
    return { session, device: note === undefined ? { name: 'cpu' } : { name: 'cpu', note } };
  } catch (error) {
    const reason = messageOf(error);
    const shown = typeof file === 'string' ? reason.replaceAll(file, basename(file)) : reason;
    throw new UserError(`onnxruntime cannot open it: ${shown}`);
  }
}

function createOn(
  file: ModelSource,
  executionProviders: InferenceSession.ExecutionProviderConfig[],
  threads: number,
): Promise<InferenceSession> {
  const options = {
    executionProviders,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3, // errors only; warnings are about graphs, which somebody who serves a model cannot change
  } as const;
  return typeof file === 'string'
    ? InferenceSession.create(file, options)
    : InferenceSession.create(file, options);
}
