// The weights of a model file, written by hand: each number is at the place that the layers have for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDigest } from '../../../models/card-proof.ts';
import {
  attributeType,
  dataType,
  decodeModel,
  encodeModel,
  type ModelProto,
} from '../../../models/onnx/schema.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { readModelFile, recipeOfCard, weightsOfModel } from '../../../train/runs/weights-of-model-file.ts';
import { type TinyModelOptions, tinyModel } from '../../serve/tiny-model.ts';

type Use = [op: string, place: 0 | 1 | 2, group?: number];

/** A model with one array `w`, at a place among the inputs of one op: its numbers count up. */
function holding(
  dims: number[],
  [op_type, place, group]: Use,
  data_type: number = dataType.FLOAT,
): ModelProto {
  const size = dims.reduce((product, n) => product * n, 1);
  const attribute = group === undefined ? [] : [{ name: 'group', type: attributeType.INT, i: group }];
  const input = ['x', 'y', 'z'].map((name, i) => (i === place ? 'w' : name));
  const raw_data = new Uint8Array(Float32Array.from({ length: size }, (_, i) => i).buffer);
  return {
    ir_version: 8,
    opset_import: [{ version: 17 }],
    metadata_props: [],
    graph: {
      ...{ name: 'one', input: [], output: [] },
      node: [{ op_type, input, output: ['out'], attribute }],
      initializer: [{ name: 'w', dims, data_type, raw_data }],
    },
  } as ModelProto;
}

/** The place of an index in an array, row by row. */
const placeOf = (index: readonly number[], shape: readonly number[]) =>
  index.reduce((place, at, axis) => place * (shape[axis] ?? 0) + at, 0);

/** All indices of an array. */
function* indices([size, ...rest]: readonly number[]): Generator<number[]> {
  if (size === undefined) return yield [];
  for (let i = 0; i < size; i++) for (const inner of indices(rest)) yield [i, ...inner];
}

const weightsOf = (...args: Parameters<typeof holding>) => weightsOfModel(holding(...args)).get('w');

describe('weightsOfModel', () => {
  // https://onnx.ai/onnx/operators/onnx__Conv.html: [out,in/groups,...window]; tf.conv2d: [...window,in,out].
  it.each<[string, number[], Use, (index: number[]) => number[], number[]]>([
    [
      'a convolution',
      [5, 3, 2, 4],
      ['Conv', 1],
      ([o = 0, i = 0, h = 0, w = 0]) => [h, w, i, o],
      [2, 4, 3, 5],
    ],
    [
      'one in three dimensions',
      [5, 3, 2, 4, 6],
      ['Conv', 1],
      ([o = 0, i = 0, ...at]) => [...at, i, o],
      [2, 4, 6, 3, 5],
    ],
    [
      'one in groups',
      [6, 3, 2, 4],
      ['Conv', 1, 2],
      ([o = 0, i = 0, h = 0, w = 0]) => [h, w, i, o],
      [2, 4, 3, 6],
    ],
    [
      'one of one channel',
      [5, 1, 2, 4],
      ['Conv', 1, 1],
      ([o = 0, i = 0, h = 0, w = 0]) => [h, w, i, o],
      [2, 4, 1, 5],
    ],
    [
      'one of one channel, in three dimensions',
      [5, 1, 2, 4, 6],
      ['Conv', 1],
      ([o = 0, i = 0, ...at]) => [...at, i, o],
      [2, 4, 6, 1, 5],
    ],
    // tf.depthwiseConv2d: [...window,in,multiplier], of which ONNX's first axis is in * multiplier.
    [
      'one of each channel',
      [6, 1, 2, 4],
      ['Conv', 1, 3],
      ([o = 0, , h = 0, w = 0]) => [h, w, o >> 1, o % 2],
      [2, 4, 3, 2],
    ],
    // https://onnx.ai/onnx/operators/onnx__ConvTranspose.html: [in,out,...window]; tf.conv2dTranspose: [...window,out,in].
    [
      'a transposed one',
      [5, 3, 2, 4],
      ['ConvTranspose', 1],
      ([i = 0, o = 0, h = 0, w = 0]) => [h, w, o, i],
      [2, 4, 3, 5],
    ],
    ['a matrix', [5, 3], ['MatMul', 1], (index) => index, [5, 3]],
    ['what is convolved', [5, 3, 2, 4], ['Conv', 0], (index) => index, [5, 3, 2, 4]],
    ['a bias', [5], ['Conv', 2], (index) => index, [5]],
    ['what is convolved back', [5, 3, 2, 4], ['ConvTranspose', 0], (index) => index, [5, 3, 2, 4]],
  ])('%s', (_, dims, use, moved, shape) => {
    const weights = weightsOf(dims, use);
    expect(weights?.shape).toEqual(shape);
    for (const index of indices(dims))
      expect(weights?.values[placeOf(moved(index), shape)], `${index}`).toBe(placeOf(index, dims));
  });

  it('is of float32 with its values alone', () => {
    expect(weightsOf([4], ['Add', 1], dataType.INT32)).toBeUndefined();
    const model = holding([4], ['Add', 1]);
    const [{ raw_data: _, ...bare } = { dims: [], data_type: dataType.FLOAT }] = model.graph.initializer;
    expect(weightsOfModel({ ...model, graph: { ...model.graph, initializer: [bare] } }).size).toBe(0);
  });

  it('has values that begin anywhere in a file', () => {
    const model = holding([3], ['Add', 1]);
    const bytes = new Uint8Array(17);
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3).buffer), 5);
    const [tensor] = model.graph.initializer;
    const initializer = tensor === undefined ? [] : [{ ...tensor, raw_data: bytes.subarray(5) }];
    expect(weightsOfModel({ ...model, graph: { ...model.graph, initializer } }).get('w')?.values).toEqual(
      Float32Array.of(1, 2, 3),
    );
  });
});

describe('a model file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-carried-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const recipe = findRecipe('digits', {
    architecture: { name: 'fully-connected', units: [4], initializer: 'small' },
  });
  const written = { ...recipe } as unknown as Record<string, unknown>;
  const layers = ['hidden1/kernel', 'hidden1/bias', 'logits/kernel', 'logits/bias'];
  let files = 0;

  /** Writes the tiny model as ours, with more arrays; what is given takes the place of what it has. */
  async function write(options: TinyModelOptions, names: string[] = [], given: Partial<ModelProto> = {}) {
    const model = decodeModel((await tinyModel(options)).bytes);
    const more = names.map((name) => ({
      ...{ name, dims: [1], data_type: dataType.FLOAT, raw_data: new Uint8Array(4) },
    }));
    const initializer = [...model.graph.initializer, ...more];
    const whole = { ...model, producer_name: 'trainyard', graph: { ...model.graph, initializer }, ...given };
    const path = join(folder, `${files++}.onnx`);
    writeFileSync(path, encodeModel(whole));
    return path;
  }
  const ofRecipe = (changed: Record<string, unknown> = {}): TinyModelOptions => ({
    change: (card) => withDigest({ ...card, recipe: { ...written, ...changed } as typeof card.recipe }),
  });
  let path: string;
  beforeAll(async () => {
    path = await write(ofRecipe(), layers);
  });

  it('is read with the weights of its network, and its recipe', () => {
    const { card, weights } = readModelFile(path);
    expect(card.name).toBe('digits');
    expect(layers.filter((name) => !weights.has(name))).toEqual([]);
    expect(recipeOfCard(card).architecture).toEqual(recipe.architecture);
  });

  it('lacks weights, of which three are named', async () => {
    const refused = async (names: string[], changed = {}) => {
      const lacking = await write(ofRecipe(changed), names);
      return () => readModelFile(lacking);
    };
    expect(await refused(layers.slice(0, 2))).toThrow('(logits/kernel, logits/bias): batch norm');
    expect(await refused(layers.slice(0, 1))).toThrow(
      '(hidden1/bias, logits/kernel, logits/bias): batch norm',
    );
    expect(await refused([])).toThrow('(hidden1/kernel, hidden1/bias, logits/kernel, ...): batch norm');
    const standardize = { ...recipe.standardize, meanImage: true };
    expect(await refused(layers, { standardize })).toThrow(
      /lacks weights of its network \([^,]*mean[^,]*\): /i,
    );
  });

  it('of a recipe that this version cannot read is read, and the recipe is refused', async () => {
    const { card } = readModelFile(await write(ofRecipe({ architecture: { name: 'unheard-of' } })));
    expect(() => recipeOfCard(card)).toThrow(
      /^The card of digits holds a recipe that this version cannot train/,
    );
    const recipe = {
      ...card.recipe,
      get epochs() {
        throw new TypeError('not of the recipe');
      },
    };
    expect(() => recipeOfCard({ ...card, recipe })).toThrow(TypeError);
  });

  it('of others, changed, quantized or without a card is refused', async () => {
    const refusal = async (...args: Parameters<typeof write>) => {
      const refused = await write(...args);
      return () => readModelFile(refused);
    };
    expect(await refusal(ofRecipe(), layers, { metadata_props: [{ key: 'author', value: 'me' }] })).toThrow(
      'has no card, so it is not a file',
    );
    expect(await refusal(ofRecipe(), layers, { producer_name: 'pytorch' })).toThrow('was made by pytorch,');
    expect(await refusal(ofRecipe(), layers, { producer_name: '' })).toThrow(
      'was made by an unknown program',
    );
    const swapped: TinyModelOptions = {
      change: (card) => ({ ...withDigest(card), labels: card.labels.toReversed() }),
    };
    expect(await refusal(swapped)).toThrow('its card is not as it was written');
    const rounded = {
      ...{ weights: 'int8' as const, from: '0'.repeat(64), calibrationPictures: 0, n: 10 },
      ...{ accuracyBefore: 1, changedLabels: 0, maxProbabilityDifference: 0 },
    };
    const quantized: TinyModelOptions = { change: (card) => withDigest({ ...card, quantization: rounded }) };
    expect(await refusal(quantized)).toThrow('has weights of int8, rounded from those that were trained');
    expect(() => readModelFile(join(folder, 'none.onnx'))).toThrow('none.onnx cannot be read');
  });
});
