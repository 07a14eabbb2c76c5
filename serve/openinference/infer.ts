// Answers an inference request, whichever way it came: its pictures are classified, each row on its own.
import { EMBEDDING } from '../../models/embedding.ts';
import type { Timings } from '../engine/events.ts';
import type { Engine } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import type { Allowance } from '../http/quotas.ts';
import { waitForAll } from '../http/respond.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import { noteReceived, noteResult, type TracedRequest } from '../tracing/traced-request.ts';
import { checkOutputs, type InferResults } from './outputs.ts';
import { picturesOfTensor } from './picture-tensor.ts';
import type { Inference } from './request.ts';

/** What inference needs of the server. */
export interface InferServices {
  readonly engine: Pick<Engine, 'classify'>;
  readonly limits: Pick<Limits, 'rowsPerRequest'>;
}

/** Who asks. */
export interface Asking {
  /** Whether nobody waits for the response any more. */
  readonly gone: () => boolean;
  /** Milliseconds in which the client wants it, beside the request's own `timeout`. */
  readonly deadline?: number | undefined;
  /** What the owner of the key may still use. */
  readonly allowance?: Pick<Allowance, 'takePictures'> | undefined;
  /** What is noted for the trace; undefined where requests are not traced. */
  readonly traced?: TracedRequest | undefined;
}

/**
 * Classifies the rows of a request.
 *
 * @returns what the model said of each row, and the times of the one that took longest.
 * @throws Refusal for what is wrong with the request, or for its first bad row unless it asks for "partial".
 */
export async function infer(
  { engine, limits }: InferServices,
  model: ServedModel,
  { request, inputs }: Inference,
  { gone, deadline = Number.POSITIVE_INFINITY, allowance, traced }: Asking,
): Promise<{ results: InferResults; stages: Timings | undefined }> {
  checkOutputs(request, model);
  const pictures = picturesOfTensor(inputs, model, limits.rowsPerRequest);
  allowance?.takePictures(pictures.length);
  noteReceived(traced, pictures.length);
  const least = Math.min(deadline, deadlineOf(request.parameters?.timeout) ?? deadline);
  const embedding = request.outputs?.some(({ name }) => name === EMBEDDING) === true;
  const options = { gone, embedding, deadline: least === Number.POSITIVE_INFINITY ? undefined : least };
  const rows = await waitForAll(
    pictures.map(async (picture): Promise<PictureResult | Refusal> => {
      if (picture instanceof Refusal) return picture;
      const result = await engine.classify(model, picture, options).catch(refusalOf);
      if (!(result instanceof Refusal)) noteResult(traced, model, result);
      return result;
    }),
  );
  checkRows(rows, request.parameters?.partial === true);
  return {
    results: {
      rows: rows.map((row) => (row instanceof Refusal ? row : row.output)),
      novelty: rows.map((row) => (row instanceof Refusal ? undefined : row.novelty)),
      embeddings: rows.map((row) => (row instanceof Refusal ? undefined : row.embedding)),
    },
    stages: longest(rows.flatMap((row) => (row instanceof Refusal ? [] : row.timings))),
  };
}

/** @throws what is no refusal: a bug is the whole request's error. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/**
 * Clients of this protocol know of no error of a row, and would take what stands in its place for an answer: a request
 * fails with its first bad row, unless it says that it knows.
 *
 * @throws Refusal which names the row.
 */
function checkRows(rows: readonly (PictureResult | Refusal)[], partial: boolean): void {
  const at = rows.findIndex((row) => row instanceof Refusal);
  const first = rows[at];
  if (!(first instanceof Refusal)) return;
  const good = rows.filter((row) => !(row instanceof Refusal)).length;
  if (partial && good > 0) return;
  if (rows.length === 1) throw first;
  const others = good > 0 ? `. The parameter "partial": true has the ${good} good ones answered` : '';
  throw new Refusal(first.status, `element ${at} of the batch: ${first.message}${others}`, first.retryAfter);
}

/** Milliseconds. Triton counts a request's `timeout` in microseconds; 0 is none. */
function deadlineOf(timeout: unknown): number | undefined {
  return typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : undefined;
}

/** The rows run at the same time: the one that took longest is the time of the request. */
function longest(all: readonly Timings[]): Timings | undefined {
  const total = ({ decode, prepare, queue, run }: Timings) => decode + prepare + queue + run;
  return all.reduce<Timings | undefined>(
    (most, one) => (most && total(most) >= total(one) ? most : one),
    undefined,
  );
}
