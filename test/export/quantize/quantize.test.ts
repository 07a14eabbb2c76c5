// What `trainyard quantize` promises: integer kernels where it says int8, known losses, and a refusal of what is no gain.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenModelFile, openModelFile } from '../../../export/files/file.ts';
import { detectorOf } from '../../../export/novelty/detector.ts';
import { foldBatchNorm } from '../../../export/passes/batch-norm.ts';
import { constantsToInitializers } from '../../../export/passes/constants.ts';
import { removeDead } from '../../../export/passes/dead.ts';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { bestRange, calibrate } from '../../../export/quantize/calibrate.ts';
import { toFloat16, toHalf } from '../../../export/quantize/float16.ts';
import { type QuantizeOptions, quantize } from '../../../export/quantize/index.ts';
import { toInt8, valuesToCalibrate } from '../../../export/quantize/int8.ts';
import { verifyAlone, verifyMetrics } from '../../../export/verify/index.ts';
import {
  attributeType,
  dataType,
  decodeModel,
  encodeModel,
  type ModelProto,
} from '../../../models/onnx/schema.ts';
import { listModels } from '../../../models/repository.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import type { ArchitectureOptions } from '../../../train/architectures/index.ts';
import { imagesOf, judgedBy, type MemoryDataset } from '../../../train/datasets/index.ts';
import { fit } from '../../../train/loop/fit.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { createRun } from '../../../train/runs/run.ts';
import { python } from '../../python.ts';
import { single } from '../../single-card.ts';
import { smallMnist } from '../../train/small-mnist.ts';
import { ownCase } from '../networks.ts';
import { checkModels, exportCase, operatorCounts } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-quantize-'));
const repository = join(folder, 'models');
const faster = async () => ({ before: 2, after: 1, ratio: 0.5 });
const options: QuantizeOptions = {
  weights: 'int8',
  maxDrop: 0.02,
  repository,
  name: 'small',
  latency: faster,
};
/** The weights of the detector of novelty stay float32. */
function detectorBytes(model: OpenModelFile['model']): number {
  return detectorOf(model).reduce((sum, { weights, bias }) => sum + 4 * (weights.length + bias.length), 0);
}

let dataset: MemoryDataset;
let file: OpenModelFile;
let small: OpenModelFile;

beforeAll(async () => {
  dataset = await smallMnist(2000, 500);
  const run = createRun(join(folder, 'runs'), findRecipe('digits', { epochs: 1, batchSize: 50 }), {});
  await fit({ recipe: findRecipe('digits', { epochs: 1, batchSize: 50 }), dataset, run });
  const { validation } = dataset;
  await exportModel(
    { ...(await loadRun(run, 'best')), validation, judged: judgedBy(dataset) },
    { repository },
  );
  file = await openModelFile('digits', repository);
  small = await quantized();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function quantized(changes: Partial<QuantizeOptions> = {}): Promise<OpenModelFile> {
  const result = await quantize(file, dataset, { ...options, ...changes });
  if ('declined' in result) throw new Error(result.declined);
  return openModelFile(result.model.path, repository);
}

/** The model as onnxruntime runs it, once it has put together what belongs together. */
async function optimized(bytes: Uint8Array): Promise<ModelProto> {
  const path = join(folder, 'optimized.onnx');
  const session = await ort.InferenceSession.create(bytes, { optimizedModelFilePath: path });
  await session.release();
  return decodeModel(readFileSync(path));
}

it('quantizes weights that are constants in nodes as those that are initializers', () => {
  const { graph } = file.model;
  const constants = graph.initializer.map((tensor) => ({
    ...{ op_type: 'Constant', input: [], output: [tensor.name ?? ''] },
    attribute: [{ name: 'value', type: attributeType.TENSOR, t: tensor }],
  }));
  const asNodes = { ...graph, initializer: [], node: [...constants, ...graph.node] };
  const back = constantsToInitializers(asNodes);
  expect(back.node).toEqual(graph.node);
  expect(back.initializer).toEqual(graph.initializer);
});

const cardOf = ({ card }: OpenModelFile) => {
  if (card === undefined) throw new Error('it has no card');
  return single(card);
};

describe('int8', () => {
  it('runs every convolution and the last product in whole numbers, and says so in the card', async () => {
    const counts = operatorCounts(await optimized(readFileSync(small.path)));
    expect(counts).toMatchObject({ QLinearConv: 5 });
    expect(counts).not.toHaveProperty('Conv');
    expect(counts).not.toHaveProperty('Relu');
    expect(counts.QGemm ?? counts.MatMulIntegerToFloat).toBe(1);
    expect(cardOf(small).quantization).toMatchObject({
      weights: 'int8',
      from: file.card?.weightsDigest,
      calibrationPictures: 512,
      n: 500,
      accuracyBefore: cardOf(file).metrics?.accuracy,
    });
    expect(small.card?.parity).toBeNull();
    // A quarter of the weights, and what says how they were rounded.
    expect(small.size).toBeLessThan(file.size * 0.3 + detectorBytes(small.model));
    // Its detector is as it was, with its threshold set anew.
    expect(detectorOf(small.model)[0]?.weights).toEqual(detectorOf(file.model)[0]?.weights);
    expect(small.card?.novelty).toMatchObject({ against: 'drawings', threshold: 0.5, n: 250 });
    expect((await verifyAlone(small)).filter(({ holds }) => !holds)).toEqual([]);
    expect(checkModels(new Map([['int8', readFileSync(small.path)]]))).toBe('1 checked');
  });

  it('is verified from the file alone, and by the test set', async () => {
    expect((await verifyAlone(small)).filter(({ holds }) => !holds)).toEqual([]);
    const test = judgedBy(dataset);
    const check = await verifyMetrics(small, (from, to) => imagesOf(test, from, to), test.labels);
    expect(check).toMatchObject({ holds: true });
  });

  it('answers nearly as before: no label of 500 changed, measured', async () => {
    const card = cardOf(small);
    expect(card.quantization?.changedLabels).toBeLessThanOrEqual(2);
    // 0.03 measured.
    expect(card.quantization?.maxProbabilityDifference).toBeLessThan(0.1);
    expect(
      Math.abs((card.metrics?.accuracy ?? 0) - (cardOf(file).metrics?.accuracy ?? 1)),
    ).toBeLessThanOrEqual(2 / 500);
  });

  it('rounds weights to the nearest of 255 steps in each channel', async () => {
    const values = valuesToCalibrate(file.model);
    const ranges = await calibrate(file.model, values, imagesOf(dataset.train, 0, 64), [28, 28, 1]);
    const { graph } = toInt8(file.model, ranges);
    const find = (model: ModelProto['graph'], name: string) =>
      model.initializer.find((tensor) => tensor.name === name);
    const before = new Float32Array(
      (find(file.model.graph, 'conv2/kernel')?.raw_data ?? new Uint8Array()).slice().buffer,
    );
    const whole = new Int8Array(
      (find(graph, 'conv2/kernel_quantized')?.raw_data ?? new Uint8Array()).slice().buffer,
    );
    const scales = new Float32Array(
      (find(graph, 'conv2/kernel_scale')?.raw_data ?? new Uint8Array()).slice().buffer,
    );
    const each = before.length / scales.length;
    expect(scales.length).toBe(32);
    before.forEach((value, i) => {
      const scale = scales[Math.floor(i / each)] ?? 0;
      expect(Math.abs((whole[i] ?? 0) * scale - value)).toBeLessThanOrEqual(scale * 0.5001);
    });
  });
});

describe('residual networks', () => {
  it.each<[string, ArchitectureOptions, number, number]>([
    ['resnet', { name: 'resnet', blocks: [1, 1], widths: [8, 12], stem: 'small', dropout: 0 }, 6, 2],
    ['efficientnet-lite0', { name: 'efficientnet-lite0', dropout: 0 }, 49, 9],
  ])(
    '%s stays in whole numbers from its first convolution to its last, sums too',
    async (_, network, convolutions, sums) => {
      const model = exportCase(ownCase(network, [32, 32, 3]));
      const folded = { ...model, graph: removeDead(foldBatchNorm(model.graph)) };
      const next = random(2, 'test/calibration');
      const images = Uint8Array.from({ length: 32 * 32 * 32 * 3 }, () => next() * 256);
      const bytes = encodeModel(
        toInt8(folded, await calibrate(folded, valuesToCalibrate(folded), images, [32, 32, 3])),
      );
      const counts = operatorCounts(await optimized(bytes));
      expect(counts).toMatchObject({
        QLinearConv: convolutions,
        QLinearAdd: sums,
        QGemm: 1,
        QuantizeLinear: 2,
        DequantizeLinear: 1,
      });
      for (const operator of ['Conv', 'Relu', 'Clip']) expect(counts).not.toHaveProperty(operator);
      expect(checkModels(new Map([[network.name, bytes]]))).toBe('1 checked');
    },
  );
});

describe('the ranges of values', () => {
  it('are whole where all steps are taken, and cut an outlier off where that costs less', () => {
    const even = new Float64Array(2048).fill(10);
    expect(bestRange({ least: 0, most: 1 }, even)).toEqual({ least: 0, most: 1 });
    const outlier = new Float64Array(2048);
    for (let i = 0; i < 700; i++) outlier[i] = 100_000;
    outlier[2047] = 1;
    expect(bestRange({ least: 0, most: 1 }, outlier).most).toBeLessThan(0.4);
  });
});

describe('float16', () => {
  const numpyHalf = `
import sys, numpy
values = numpy.frombuffer(sys.stdin.buffer.read(), numpy.float32)
with numpy.errstate(over='ignore'):
    sys.stdout.write(values.astype(numpy.float16).view(numpy.uint16).tobytes().hex())`;

  it('rounds as NumPy does, to the bit, over 200,000 numbers', () => {
    const next = random(1, 'test/half');
    const bits = Uint32Array.from({ length: 200_000 }, () => Math.floor(next() * 2 ** 32));
    // The numbers halfway between two float16, and their neighbors; no NaN, of which there are many.
    for (let i = 0; i < 50_000; i++) bits[i] = (((bits[i] ?? 0) & 0xffffe000) | 0x1000) + ((i % 3) - 1);
    const values = new Float32Array(bits.buffer).filter((value) => !Number.isNaN(value));
    const theirs = new Uint16Array(
      new Uint8Array(Buffer.from(python(numpyHalf, [], Buffer.from(values.buffer)), 'hex')).buffer,
    );
    expect(values.length).toBeGreaterThan(190_000);
    expect(Uint16Array.from(values, toHalf)).toEqual(theirs);
  });

  it('halves the file and hardly changes an answer', async () => {
    const half = await quantized({ weights: 'float16', name: 'half' });
    expect(half.size).toBeLessThan(file.size * 0.53 + detectorBytes(half.model));
    expect(cardOf(half).quantization).toMatchObject({ weights: 'float16', calibrationPictures: 0 });
    // 2e-3 measured.
    expect(cardOf(half).quantization?.maxProbabilityDifference).toBeLessThan(5e-3);
    expect((await verifyAlone(half)).filter(({ holds }) => !holds)).toEqual([]);
    expect(checkModels(new Map([['float16', readFileSync(half.path)]]))).toBe('1 checked');
  });

  it('leaves what float16 cannot hold', () => {
    const large = new Float32Array(100).fill(1e6);
    const tensor = {
      name: 'w',
      dims: [100],
      data_type: dataType.FLOAT,
      raw_data: new Uint8Array(large.buffer),
    };
    const { graph } = toFloat16({
      ...file.model,
      graph: { ...file.model.graph, initializer: [tensor], node: [] },
    });
    expect(graph.initializer).toEqual([tensor]);
    expect(graph.node).toEqual([]);
  });
});

describe('a model that is no gain', () => {
  it('is declined when it is slower, and nothing is written', async () => {
    const slower = async () => ({ before: 1, after: 1.2, ratio: 1.2 });
    const result = await quantize(file, dataset, { ...options, name: 'slower', latency: slower });
    expect(result).toEqual({
      declined: 'it is slower on this machine: 1.200 ms for a picture, before 1.000 ms',
    });
  });

  it('is declined when it loses more than it may', async () => {
    const result = await quantize(file, dataset, { ...options, name: 'worse', maxDrop: -1 });
    expect(result).toEqual({
      declined: expect.stringMatching(/^it loses -?\d\.\d\d % of accuracy, more than --max-drop/),
    });
    expect((await listModels(repository)).map(({ name }) => name)).not.toContain('worse');
    expect((await listModels(repository)).map(({ name }) => name)).not.toContain('slower');
  });

  it('is refused when it has been quantized before', async () => {
    await expect(quantize(small, dataset, options)).rejects.toThrow(/has weights of int8 already/);
  });

  it('the time of one file is measured on this machine', async () => {
    const result = await quantize(file, dataset, {
      weights: 'float16',
      maxDrop: 1,
      repository,
      name: 'timed',
    });
    expect('model' in result || /slower/.test(result.declined)).toBe(true);
  });
});
