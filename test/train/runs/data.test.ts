// What data a run has seen: kept with it, and what is said when they have changed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Dataset, digest } from '../../../train/datasets/dataset.ts';
import { DataError } from '../../../train/errors.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { checkData, readData, recordData } from '../../../train/runs/data.ts';
import { describeEnvironment } from '../../../train/runs/environment.ts';
import { createRun, type Run, startOverCommand } from '../../../train/runs/run.ts';

const recipe = findRecipe('digits');
const bytes = (n: number) => new Uint8Array(new SharedArrayBuffer(n));
const split = (n: number) => ({ images: bytes(n), labels: bytes(n), n });

function dataset(train: number, test: number): Dataset {
  const [first, second] = [split(train), split(test)];
  const digests = { train: digest(first), validation: digest(second) };
  return { name: 'digits', labels: ['0'], shape: [1, 1, 1], train: first, validation: second, digests };
}

let run: Run;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-data-'));
  run = createRun(folder, recipe, {});
});
afterEach(() => rmSync(folder, { recursive: true }));

const save = ({ digests }: Dataset) =>
  writeCheckpoint(run.last, {
    recipe,
    progress: { step: 1, stepsPerEpoch: 5, lossSum: 0, history: [], datasetDigests: { ...digests } },
    tensors: new Map(),
  });

it('is not known before the first checkpoint; then its digests, and how many pictures they were where that was kept', () => {
  const data = dataset(40, 7);
  recordData(run, data);
  expect(readData(run)).toBeUndefined();
  save(data);
  expect(readData(run)).toEqual({ digests: data.digests, images: { train: 40, validation: 7 } });
  expect(JSON.parse(readFileSync(join(run.folder, 'data.json'), 'utf8'))).toEqual({
    digests: data.digests,
    train: 40,
    validation: 7,
  });
  expect(readFileSync(join(run.folder, 'data.json'), 'utf8')).toMatch(/^{\n {2}"digests".*}\n$/s);
  // What is kept of other data says nothing.
  recordData(run, dataset(41, 7));
  expect(readData(run)).toEqual({ digests: data.digests });
  rmSync(join(run.folder, 'data.json'));
  expect(readData(run)).toEqual({ digests: data.digests });
});

it('is refused where it is damaged', () => {
  save(dataset(3, 3));
  writeFileSync(join(run.folder, 'data.json'), '{"digests": {"train": "a"}}');
  expect(() => readData(run)).toThrow(/data\.json/);
});

it('is the same, or what has changed is said with the numbers of pictures where they are known', () => {
  const data = dataset(40, 7);
  save(data);
  expect(() => checkData(run, data.digests, data)).not.toThrow();
  const more = dataset(40, 8);
  const startOver = startOverCommand(run);
  const message = (counts: string) =>
    `Run 0001-digits was trained on other data: the validation split of digits has changed since.${counts} Bring the old files back, or train anew: ${startOver}`;
  expect(() => checkData(run, data.digests, more)).toThrow(new DataError(message('')));
  recordData(run, data);
  const counts = ' It had 40 training and 7 validation pictures; now there are 40 and 8.';
  expect(() => checkData(run, data.digests, more)).toThrow(new DataError(message(counts)));
  expect(() => checkData(run, data.digests, dataset(41, 7))).toThrow(/the train split of digits has changed/);
  rmSync(run.last);
  expect(() => checkData(run, data.digests, more)).toThrow(new DataError(message('')));
});

it('the environment says versions and machine', () => {
  const environment = describeEnvironment();
  expect(environment).toMatchObject({
    node: process.versions.node,
    device: expect.stringMatching(/^[cg]pu$/),
  });
  expect(environment.trainyard).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  expect(environment.tensorflow).toMatch(/^2\.\d+\.\d+$/);
  expect(environment.tfjs).toMatch(/^4\.\d+\.\d+$/);
  const total = Number(/MemTotal:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  // GiB, of the machine or of a container on it.
  expect(environment.memory).toBeGreaterThan(0);
  expect(environment.memory).toBeLessThanOrEqual(Math.round(total / 2 ** 30));
  expect(environment.cores).toBeGreaterThanOrEqual(1);
  expect(environment.cpu.length).toBeGreaterThan(0);
});
