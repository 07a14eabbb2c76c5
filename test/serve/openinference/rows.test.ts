// What is promised of the rows of an inference request, by an engine that says what it is told: one that is bad fails the
// request unless it asks for "partial", and the least of all deadlines counts.
import { expect, test } from 'vitest';
import type { ClassifyOptions, PictureResult } from '../../../serve/engine/picture-states.ts';
import { infer } from '../../../serve/openinference/infer.ts';
import type { InferRequest } from '../../../serve/openinference/schema.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { model } from './colors.ts';

const timings = (run: number) => ({ decode: 1, prepare: 1, queue: 1, run });
const good = (run = 0): PictureResult => ({
  output: Float32Array.of(run, 0, 0),
  novelty: 0.5,
  timings: timings(run),
  batch: 1,
});

/** Asks for as many rows as there are results. */
async function ask(
  results: readonly (PictureResult | Error)[],
  parameters: InferRequest['parameters'] = {},
  deadline?: number,
) {
  const asked: ClassifyOptions[] = [];
  const classify = async (_: unknown, __: unknown, options: ClassifyOptions = {}) => {
    const result = results[asked.push(options) - 1];
    if (result === undefined || result instanceof Error) throw result ?? new Error('no result');
    return result;
  };
  const shape = [results.length, 1, 2, 3];
  const content = { bytes: new Uint8Array(results.length * 6) };
  const inference = {
    request: { parameters, inputs: [] },
    inputs: [{ name: 'image', datatype: 'UINT8' as const, shape, content }],
  };
  const limits = { rowsPerRequest: 4 };
  const taken: number[] = [];
  const allowance = { takePictures: (n: number) => void taken.push(n) };
  const asking = { gone: () => true, deadline, allowance };
  const answer = await infer({ engine: { classify }, limits }, model, inference, asking);
  return { ...answer, deadlines: asked.map((options) => options.deadline), gone: asked[0]?.gone, taken };
}

const bad = (message = 'a text', retryAfter?: number) => new Refusal(415, message, retryAfter);

test('the rows come in their order, with the times of the one that took longest', async () => {
  const { results, stages, gone, taken } = await ask([good(1), good(3), good(2)]);
  expect(results.rows.map((row) => (row instanceof Refusal ? row : row[0]))).toEqual([1, 3, 2]);
  expect(results.novelty).toEqual([0.5, 0.5, 0.5]);
  expect(stages).toEqual(timings(3));
  expect(gone?.()).toBe(true);
  expect(taken).toEqual([3]);
});

test('the first bad row fails the request, and is named where there are several', async () => {
  await expect(ask([bad('alone', 3)])).rejects.toMatchObject({
    status: 415,
    message: 'alone',
    retryAfter: 3,
  });
  await expect(ask([good(), bad('second', 3), bad()])).rejects.toMatchObject({
    status: 415,
    message: 'element 1 of the batch: second. The parameter "partial": true has the 1 good ones answered',
    retryAfter: 3,
  });
  await expect(ask([bad('all'), bad()])).rejects.toMatchObject({ message: 'element 0 of the batch: all' });
});

test('with "partial" the good ones are answered, unless there is none', async () => {
  const { results, stages } = await ask([bad('first'), good(2)], { partial: true });
  expect(results.rows).toEqual([bad('first'), Float32Array.of(2, 0, 0)]);
  expect(results.novelty).toEqual([undefined, 0.5]);
  expect(stages).toEqual(timings(2));
  await expect(ask([bad('all'), bad()], { partial: true })).rejects.toThrow('element 0 of the batch: all');
  await expect(ask([bad(), good()], { partial: 'yes' })).rejects.toThrow('element 0 of the batch');
});

test('what is no refusal is a bug, also with "partial"', async () => {
  await expect(ask([good(), new TypeError('oops')], { partial: true })).rejects.toThrow(TypeError);
});

test('the least of the deadlines counts: the timeout in microseconds, and the time of the call', async () => {
  const deadlines = async (timeout: unknown, deadline?: number) =>
    (await ask([good()], { timeout }, deadline)).deadlines;
  expect(await deadlines(2_500_000)).toEqual([2500]);
  expect(await deadlines(2_500_000, 900)).toEqual([900]);
  expect(await deadlines(500_000, 900)).toEqual([500]);
  expect(await deadlines(undefined, 900)).toEqual([900]);
  for (const none of [0, -1, '5', undefined]) expect(await deadlines(none)).toEqual([undefined]);
});

test('more rows than may be, and outputs that are not there, are refused before any work', async () => {
  await expect(ask(Array(5).fill(good()))).rejects.toThrow('received 5 rows, expected 1 to 4');
});
