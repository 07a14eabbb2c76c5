// A head that was trained on the features of a file from elsewhere becomes one model file with it, served as any other.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dataOf } from '../../../export/files/data.ts';
import { cardOf, openModelFile } from '../../../export/files/file.ts';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import type { ExportStage } from '../../../export/publish/stages.ts';
import { quantize } from '../../../export/quantize/index.ts';
import { compareWith, openReference, picturesFor } from '../../../export/verify/against.ts';
import { verifyAlone, verifyMetrics } from '../../../export/verify/index.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { sizeOf } from '../../../models/shape.ts';
import { openEngine } from '../../../serve/engine/index.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { imagesOf } from '../../../train/datasets/index.ts';
import { fit } from '../../../train/loop/fit.ts';
import { writePhotos } from '../../../train/photos/write-photos.ts';
import { random } from '../../../train/random.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { makeReport } from '../../../train/report/index.ts';
import { openNetwork } from '../../../train/report/network.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, findFinished, findRun } from '../../../train/runs/run.ts';
import { useCache } from '../../own-cache.ts';
import { choose } from '../../train/choose.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-joined-'));
useCache(join(folder, 'cache'));
afterAll(() => rmSync(folder, { recursive: true }));

/** PyTorch's network in an old operator set, whose words are not all those that our exporter writes. */
const torch = join(folder, 'torch.onnx');
const written = decodeModel(readFileSync(new URL('../../train/backbone/torch.onnx', import.meta.url)));
const node = written.graph.node.map((each) => ({
  ...each,
  attribute: each.attribute.filter(({ name }) => name !== 'allowzero'),
}));
writeFileSync(
  torch,
  encodeModel({
    ...written,
    opset_import: [{ domain: '', version: 9 }],
    graph: { ...written.graph, node },
  }),
);

/** Pictures of 32x32 pixels, mostly red or mostly blue, with noise. */
function tints(n: number) {
  const next = random(1, 'tints');
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
  const images = Uint8Array.from({ length: n * 3072 }, (_, i) => {
    const strong = i % 3 === (labels[Math.floor(i / 3072)] === 1 ? 0 : 2);
    return (strong ? 90 : 40) + Math.floor(next() * 120);
  });
  return { images, labels, n };
}

it('goes from pictures to a served file, whose answers are those of the training', async () => {
  const path = join(folder, 'tints');
  await writePhotos(path, tints(120), ['blue', 'red'], [0, 1], 60);
  const runs = join(folder, 'runs');
  const args = {
    ...{ recipe: path, backbone: torch, scaling: 'imagenet', precision: 'auto', runs },
    // Its weights are drawn, so its features say little.
    ...{ epochs: '20', 'learning-rate': '0.1' },
  };
  const { recipe } = await choose(args);
  expect([recipe.precision, recipe.tta, recipe.augment]).toEqual(['float32', 'none', {}]);
  const dataset = await loadDataOf(recipe);
  const run = createRun(runs, recipe, {});
  const { history } = await fit({ recipe, dataset, run });
  // Measured: none wrong.
  expect(history.at(-1)?.errorRate).toBeLessThanOrEqual(0.1);
  // The same command finds the run again; a seed more is another.
  expect(findFinished(runs, (await choose(args)).recipe)?.name).toBe(run.name);
  expect(findFinished(runs, { ...recipe, seed: 2 })).toBeUndefined();
  expect(readFileSync(await makeReport(run), 'utf8')).toMatch(/loss [\d.e-]+ · (red|blue)/);

  const repository = join(folder, 'models');
  const stages: ExportStage[] = [];
  const model = await loadRun(run, 'best');
  const file = await exportModel(model, { repository, onStage: (stage) => stages.push(stage) });
  const parity = stages.flatMap((stage) => (stage.name === 'compared' ? [stage.parity] : []))[0];
  expect(parity).toMatchObject({ n: dataset.validation.n, changedLabels: 0 });
  // Measured: 6e-8.
  expect(parity?.maxProbabilityDifference).toBeLessThan(3e-7);
  const opened = await openModelFile(file.path, repository);
  for (const check of await verifyAlone(opened)) expect(check, check.name).toMatchObject({ holds: true });
  expect(opened.card).toMatchObject({
    labels: ['blue', 'red'],
    architecture: { name: 'head on torch.onnx' },
  });
  // Nobody else needs to know where the pictures and the backbone lay.
  expect(JSON.stringify(opened.card)).not.toMatch(new RegExp(`${tmpdir()}|${torch}`));
  // Its head's weights can be trained on.
  const { weights } = await choose({ ...args, from: file.path });
  expect(weights?.get('logits/kernel')?.values).toEqual(
    readCheckpoint(run.best).tensors.get('logits/kernel')?.values,
  );
  // The same again gives the same bytes.
  const again = await exportModel(await loadRun(run, 'best'), { repository });
  expect(readFileSync(again.path).equals(readFileSync(file.path))).toBe(true);

  const network = openNetwork(run, recipe, dataset);
  const logits = network.logits(imagesOf(dataset.validation, 0, dataset.validation.n));
  network.dispose();
  const engine = openEngine({ repository, threads: 1, watch: 0, limits: defaultLimits, log: () => {} });
  await engine.load();
  const served = engine.models().find(({ card }) => card.name === 'tints');
  if (served === undefined) throw new Error('the server does not know the model');
  let largest = 0;
  for (const [i, name] of (dataset.validation.files ?? []).entries()) {
    const bytes = readFileSync(join(path, name));
    const { output } = await engine.classify(served, { kind: 'encoded', bytes });
    const [a = 0, b = 0] = logits.subarray(2 * i, 2 * i + 2);
    largest = Math.max(largest, Math.abs((output[0] ?? 0) - 1 / (1 + Math.exp(b - a))));
  }
  await engine.close();
  // Measured: 6.5e-8.
  expect(largest).toBeLessThan(3e-7);
}, 60_000);

it('is verified and quantized on pictures, with the answers of the training', async () => {
  const [repository, runs, data] = ['models', 'runs', 'tints'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const file = await openModelFile('tints/1', repository);
  const { shape } = cardOf(file).input;
  const { validation: test } = await dataOf(cardOf(file), data);
  const check = await verifyMetrics(file, (from, to) => imagesOf(test, from, to), test.labels);
  expect(check).toMatchObject({ holds: true });

  const reference = await openReference(findRun(runs).name, runs, file);
  const pictures = await picturesFor(file, undefined, data);
  expect(pictures).toHaveLength(test.n * sizeOf(shape));
  const { parity, holds } = await compareWith(reference, file, pictures, shape);
  expect([parity.n, parity.changedLabels, holds]).toEqual([test.n, 0, true]);
  // Measured: 6e-8.
  expect(parity.maxProbabilityDifference).toBeLessThan(3e-7);

  const options = {
    ...{ maxDrop: 0.05, repository, name: 'tints-small' },
    latency: async () => ({ before: 1, after: 1, ratio: 1 }),
  };
  const measured = await dataOf(cardOf(file), data);
  const made = await quantize(file, measured, { ...options, weights: 'float16' });
  await expect(quantize(file, measured, { ...options, weights: 'int8' })).rejects.toThrow(
    /int8 needs version 13 .* this model has 9, .* --weights float16/,
  );
  if (!('model' in made)) throw new Error(made.declined);
  const small = await openModelFile(made.model.path, repository);
  for (const each of await verifyAlone(small)) expect(each, each.name).toMatchObject({ holds: true });
  expect(small.card?.metrics?.n).toBe(test.n);
  // A folder with another order of classes is not what it was trained on.
  await expect(dataOf({ ...cardOf(file), labels: ['red', 'blue'] }, data)).rejects.toThrow(
    /labels in the card of tints are red, blue; those of tints are blue, red/,
  );
}, 60_000);

it('refuses what would change a graph that is not ours', async () => {
  const model = await loadRun(findRun(join(folder, 'runs')), 'best');
  const repository = join(folder, 'models');
  await expect(exportModel(model, { repository, foldBatchNorm: true })).rejects.toThrow(
    /--fold-batch-norm has no meaning here: tints is a head on torch\.onnx/,
  );
  await expect(exportModel(model, { repository, opset: 21 })).rejects.toThrow(/--opset has no meaning here/);
});

it('refuses what would not be done', async () => {
  const args = {
    recipe: join(folder, 'tints'),
    backbone: torch,
    scaling: '0..1',
    precision: 'auto',
    runs: folder,
  };
  await expect(choose({ ...args, augment: 'photo' })).rejects.toThrow(
    /--augment has no meaning here: what a backbone from elsewhere makes/,
  );
  await expect(choose({ ...args, architecture: 'resnet18' })).rejects.toThrow(/is the network/);
  await expect(choose({ ...args, backbone: 'none.onnx' })).rejects.toThrow(/There is no file/);
  const { backbone: _, ...without } = args;
  await expect(choose(without)).rejects.toThrow(/--scaling has no meaning here: it says how a file is read/);
});
