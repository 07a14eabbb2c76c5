// What `trainyard inspect` says of checkpoints and model files is what is in them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OPSETS } from '../../../export/graph/opsets.ts';
import { describeFile, describeWithWork } from '../../../export/inspect/describe.ts';
import { runtimesOf } from '../../../export/inspect/runtimes.ts';
import { statisticsOf } from '../../../export/inspect/statistics.ts';
import { inspectionInWords } from '../../../export/inspect/text.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { writeSafetensors } from '../../../train/files/safetensors.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { trainyard } from '../../command.ts';
import { shippedModels } from '../../shipped.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors = new Map([
  ['conv1/kernel', { shape: [2, 3], values: Float32Array.of(1, -1, 2, 0, 0, 4) }],
  ['conv1/bias', { shape: [1], values: Float32Array.of(-0.5) }],
]);
const shippedModel = shippedModels.digits;

describe('statisticsOf', () => {
  it('has the mean, deviation, bounds and zeros of plain arithmetic', () => {
    const values = [1, -1, 2, 0, 0, 4];
    const mean = 1;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 6;
    expect(statisticsOf(Float32Array.from(values))).toEqual({
      mean,
      deviation: Math.sqrt(variance),
      min: -1,
      max: 4,
      zeros: 2 / 6,
    });
  });

  it('keeps a small deviation beside a large mean', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => 4096 + (i % 2) / 1024);
    expect(statisticsOf(values).deviation).toBeCloseTo(1 / 2048, 10);
  });
});

describe('describeFile', () => {
  it('lists the tensors of a checkpoint, its recipe and how far it is', () => {
    const path = join(folder, 'last.safetensors');
    const recipe = findRecipe('conv-mnist', {}, { init: 'small' });
    const history = [{ epoch: 1, step: 600, trainLoss: 2.3, validLoss: 2.301, errorRate: 0.8865 }];
    const datasetDigests = { train: 'a', validation: 'b' };
    const progress = { step: 700, stepsPerEpoch: 600, lossSum: 0, history, datasetDigests };
    writeCheckpoint(path, { recipe, progress, tensors });
    const described = describeFile(path);
    expect(described).toMatchObject({ kind: 'checkpoint', values: 7, recipe, progress });
    expect(described.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['conv1/kernel', [2, 3]],
      ['conv1/bias', [1]],
    ]);
    const text = inspectionInWords(described);
    expect(text).toMatch(/checkpoint of conv-mnist --init small --optimizer sgd, conv-net, seed 1/);
    expect(text).toMatch(/step 700 of .*epoch 1\.17/);
    expect(text).toMatch(/after epoch 1: error rate 88\.65 %, loss 2\.301/);
    expect(text).toMatch(/conv1\/kernel\s+\[2,3\]\s+1\s+1\.633\s+-1\s+4\s+33\.33 %/);
  });

  it('takes any safetensors file', () => {
    const path = join(folder, 'other.safetensors');
    writeSafetensors(path, { tensors, metadata: {} });
    expect(inspectionInWords(describeFile(path))).toMatch(
      /safetensors, not of Trainyard\n {2}2 tensors, 7 numbers/,
    );
  });

  it('shows the card, operators and parameters of the shipped model', () => {
    const described = describeFile(shippedModel);
    expect(described).toMatchObject({ kind: 'model', opset: 17, card: { name: 'digits' } });
    const text = inspectionInWords(described);
    expect(text).toMatch(/image -> probabilities/);
    expect(text).toMatch(/\d+ ops: .*Conv \d+/);
    expect(text).toMatch(/accuracy 99\.\d\d % on 11,998 test pictures/);
    expect(text).toMatch(/logits\/kernel\s+\[1024,10\]/);
  });

  it.each([
    ['nothing.safetensors', /nothing\.safetensors cannot be read/],
    ['nothing.onnx', /nothing\.onnx cannot be read/],
    ['picture.png', /neither a checkpoint \(\.safetensors\) nor a model file/],
  ])('says what is wrong with %s', (file, message) => {
    expect(() => describeFile(join(folder, file))).toThrow(message);
  });

  it('names a file that is no model', () => {
    const path = join(folder, 'text.onnx');
    writeFileSync(path, 'not a model');
    expect(() => describeFile(path)).toThrow(/text\.onnx/);
  });
});

describe('what a picture costs', () => {
  it('is counted node by node, from the shapes that the model really has', async () => {
    const described = await describeWithWork(shippedModel);
    if (described.kind !== 'model' || typeof described.work !== 'object') throw new Error('no work');
    const { nodes, flops, memory } = described.work;
    const of = (name: string) => nodes.find((node) => node.name === name);
    // A multiplication and an addition for each weight of each output: 5x5x1 for 16x28x28 outputs, and so on.
    expect(of('conv1/Conv')).toMatchObject({
      shape: [1, 16, 28, 28],
      flops: 2 * 25 * 16 * 28 * 28,
      parameters: 400,
    });
    expect(of('conv3/Conv')).toMatchObject({ shape: [1, 32, 14, 14], flops: 2 * 9 * 32 * 32 * 14 * 14 });
    expect(of('logits/Gemm')).toMatchObject({ flops: 2 * 1024 * 10 + 10, parameters: 10_250 });
    expect(of('Transpose')?.flops).toBe(0);
    expect(flops).toBe(nodes.reduce((sum, node) => sum + node.flops, 0));
    // 80,604 floats, two shapes of six numbers together, and the detector of novelty.
    const detector = 1026 * 32 + 32 + 32 + 1 + 1;
    expect(memory.weights).toBe((80_604 + detector) * 4 + 6 * 8);
    // The first batch norm reads and writes 16x28x28 floats.
    expect(memory.activations).toBe(2 * 16 * 28 * 28 * 4);
    expect(described.runtimes).toEqual({ onnxruntime: '1.12', foreign: [], anyBatch: true });
    const model = decodeModel(readFileSync(shippedModel));
    const release = (version: number, ir_version: number) =>
      runtimesOf({ ...model, ir_version, opset_import: [{ version }] }).onnxruntime;
    expect([release(13, 7), release(21, 10), release(22, 10), release(24, 12)]).toEqual([
      '1.6',
      '1.18',
      '1.21',
      '1.24',
    ]);
    expect(release(OPSETS.newest, 13)).toBe('1.25');
    expect(release(OPSETS.newest + 1, 13)).toBeUndefined();
    const text = inspectionInWords(described);
    expect(text).toMatch(/runs on onnxruntime 1\.12 or newer/);
    expect(text).toMatch(/conv1\/Conv +Conv +\[1,16,28,28\] +400 +0\.6272/);
  });

  it('says why a model cannot be run', async () => {
    const path = join(folder, 'broken.onnx');
    const model = decodeModel(readFileSync(shippedModel));
    const node = model.graph.node.map((each) =>
      each.op_type === 'Softmax' ? { ...each, op_type: 'Hardmin' } : each,
    );
    writeFileSync(path, encodeModel({ ...model, graph: { ...model.graph, node } }));
    expect(inspectionInWords(await describeWithWork(path))).toMatch(/could not be run here: .*Hardmin/);
  });
});

describe('trainyard inspect', () => {
  it.each([
    [shippedModel, shippedModel],
    ['digits/1', join(repositoryFolder, 'digits/1/model.onnx')],
  ])('prints %s as JSON', async (name, path) => {
    const { stdout } = await trainyard('inspect', name, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'model',
      path,
      card: { labels: expect.any(Array) },
    });
  });
});
