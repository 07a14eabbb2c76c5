// What is promised of a batch in a worker: a bad picture fails alone, and a run that fails is tried picture by picture.
import { expect, test } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import type { WorkerJob } from '../../../serve/sessions/job.ts';
import { type LoadedModel, runJobs } from '../../../serve/sessions/run-batch.ts';
import { colors } from '../harness.ts';
import { tinyModel } from '../tiny-model.ts';

const { card } = await tinyModel(colors);
const size = card.input.shape.reduce((product, side) => product * side, 1);
const classes = card.labels.length;

/** The input of each job is its id, in all pixels; a session answers with the first pixel of each picture. */
function open(options: { largest?: number; failsOn?: number; fixed?: number; strange?: boolean } = {}) {
  const runs: number[][] = [];
  const session: LoadedModel['session'] = {
    largest: options.fixed,
    async run(inputs, n) {
      const pictures = Array.from({ length: n }, (_, i) => inputs[i * size] ?? 0);
      runs.push(pictures);
      if (options.failsOn !== undefined && pictures.includes(options.failsOn))
        throw new UserError('no memory');
      return {
        output: Float32Array.from({ length: n * classes }, (_, i) => pictures[Math.floor(i / classes)] ?? 0),
        ...(options.strange && { novelty: Float32Array.from(pictures, (picture) => picture / 256) }),
      };
    },
  };
  const largest = options.fixed ?? options.largest ?? 8;
  const model = { key: 'k', path: 'model.onnx', card };
  return {
    runs,
    loaded: { model, session, reason: '', inputs: new Uint8Array(), largest },
  };
}

const job = (id: number): WorkerJob => ({
  id,
  key: 'k',
  alone: false,
  input: { kind: 'input', data: new Uint8Array(size).fill(id) },
});

async function run(loaded: LoadedModel | undefined, ids: readonly number[], damaged?: number) {
  const results: Parameters<typeof runJobs>[3] = { runs: [], failed: [] };
  const prepare: Parameters<typeof runJobs>[2] = (input) => {
    if (input.kind !== 'input') throw new Error('the test has inputs alone');
    if (input.data[0] === damaged) throw new Damaged('it ends early');
    return { data: input.data, spent: { decode: 1, prepare: 2 } };
  };
  await runJobs(loaded, ids.map(job), prepare, results);
  return results;
}

test('pictures run in batches of at most the largest size', async () => {
  const { loaded, runs } = open({ largest: 2 });
  const results = await run(loaded, [1, 2, 3]);
  expect(runs).toEqual([[1, 2], [3]]);
  expect(results.runs.map(({ ids }) => ids)).toEqual([[1, 2], [3]]);
  expect([...(results.runs[0]?.output ?? [])]).toEqual([1, 1, 1, 2, 2, 2]);
  expect(results.runs[0]?.spent).toEqual([1, 2, 1, 2]);
  expect(loaded.inputs).toHaveLength(2 * size); // none before, and no more than a batch had
});

test('a model for one batch size gets it, and no results of what fills it up', async () => {
  const { loaded, runs } = open({ fixed: 4 });
  const results = await run(loaded, [1, 2]);
  expect(runs).toEqual([[1, 2, 0, 0]]);
  expect(results.runs[0]?.output).toHaveLength(2 * classes);
});

test('a damaged picture fails alone', async () => {
  const { loaded, runs } = open();
  const results = await run(loaded, [1, 2, 3], 2);
  expect(runs).toEqual([[1, 3]]);
  expect(results.failed).toEqual([{ id: 2, failure: 'refused', reason: 'it ends early' }]);
});

test('when a run fails, only the picture that it fails on is without a result', async () => {
  const { loaded, runs } = open({ failsOn: 2 });
  const results = await run(loaded, [1, 2, 3]);
  expect(runs).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect(results.runs.map(({ ids }) => ids)).toEqual([[1], [3]]);
  expect(results.failed).toEqual([{ id: 2, failure: 'failed', reason: 'no memory' }]);
});

test('a model that cannot be opened fails all its pictures, with the reason', async () => {
  const { loaded } = open();
  const broken = { ...loaded, session: undefined, reason: 'no such file' };
  expect((await run(broken, [1, 2])).failed).toEqual([
    { id: 1, failure: 'broken', reason: 'no such file' },
    { id: 2, failure: 'broken', reason: 'no such file' },
  ]);
  expect((await run(undefined, [1])).failed[0]?.reason).toBe('the worker does not have it');
});

test('what fails before a run is said once, and what a run took is measured', async () => {
  const { loaded, runs } = open({ failsOn: 2 });
  const start = performance.now();
  const results = await run(loaded, [1, 2, 3], 3);
  const elapsed = performance.now() - start;
  expect(runs).toEqual([[1, 2], [1], [2]]);
  expect(results.failed.map(({ id, failure }) => [id, failure])).toEqual([
    [3, 'refused'],
    [2, 'failed'],
  ]);
  for (const { run } of results.runs) {
    expect(run).toBeGreaterThanOrEqual(0);
    expect(run).toBeLessThanOrEqual(elapsed);
  }
});
