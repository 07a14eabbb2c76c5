// Training on a Parquet file: the road of a folder, with a run that goes on only with the same data.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadModel } from '../../../public/index.ts';
import { DataError, defineDataset, exportRun, type TrainOptions, train } from '../../../public/train.ts';
import { datasetDefinition } from '../../../train/project/own-data.ts';
import { trainyard } from '../../command.ts';
import { useCache } from '../../own-cache.ts';
import { noise } from '../datasets/folder/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-shards-'));
afterAll(() => rmSync(folder, { recursive: true }));
useCache(join(folder, 'cache'));

const shards = join(import.meta.dirname, '../datasets/shards');
const file = join(folder, 'pets.parquet');
const runs = join(folder, 'runs');
const small = {
  ...{ architecture: 'small-cnn', size: 16, epochs: 2, batchSize: 2, precision: 'float32', valid: 0.2, runs },
} as const satisfies TrainOptions;

it('is trained, stopped and gone on with, named in its report, and exported with its labels', async () => {
  copyFileSync(join(shards, 'hub/data/train-00000-of-00002.parquet'), file);
  const training = train(file, small);
  for await (const { epoch } of training) if (epoch === 1) break;
  const stopped = await training;
  expect([stopped.name, stopped.finished]).toEqual(['0001-pets', false]);
  copyFileSync(join(shards, 'hub/data/train-00001-of-00002.parquet'), file);
  const other = train({ resume: stopped }).then(() => 'went on');
  await expect(other).rejects.toBeInstanceOf(DataError);
  copyFileSync(join(shards, 'hub/data/train-00000-of-00002.parquet'), file);
  const output = await trainyard('train', '--resume', stopped.folder, '--runs', runs);
  expect(output.status, output.stderr).toBe(0);
  const report = readFileSync(join(stopped.folder, 'report.html'), 'utf8');
  expect(report.replaceAll(/<[^>]*>/g, '')).toMatch(/pets\.parquet, row 3: the PNG is damaged/);
  const { path, card } = await exportRun(stopped, { file: join(folder, 'pets.onnx') });
  expect(card.labels).toEqual(['zebra', 'ant', 'mole']);
  const model = await loadModel(path);
  expect(card.labels).toContain((await model.classify(await noise(1).png().toBuffer())).label);
});

it('is a data set of a recipe by its path', async () => {
  const own = defineDataset({ name: 'pets', folder: './tars', size: 8 });
  const { name, shape, labels, train: split } = await datasetDefinition(own, shards).load({}, 'test');
  expect([name, shape, labels, split.n]).toEqual(['pets', [8, 8, 3], ['0', '1'], 8]);
});
