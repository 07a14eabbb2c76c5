// In which layer two computations of one network begin to differ: the outputs of every layer, side by side.
import type { Shape } from '../../models/image/shape.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { transpose } from '../../models/onnx/transpose.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { compile } from '../../train/graph/compile.ts';
import { type Graph, nodesByName, parseReference } from '../../train/graph/graph.ts';
import { type State, writeKnown } from '../../train/graph/state.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { weightsOfModel } from '../../train/runs/weights-of-model-file.ts';
import { withUnknownSizes } from '../graph/unknown-sizes.ts';
import { layerOf } from '../graph/value.ts';
import type { TracedNetwork } from '../trace/network.ts';
import { absolute, maxDifference } from './compare.ts';
import { createInferenceSession } from './session.ts';

/** One layer in both computations. */
export interface LayerDifference {
  /** `conv1`, as in the names of its weights; the last row is the output of the network. */
  readonly layer: string;
  /** The ONNX operator that ends it. */
  readonly op: string;
  /** In TensorFlow's order of axes. */
  readonly shape: readonly number[];
  /** Largest difference of a value; infinite where the shapes differ or one is no number. */
  readonly largest: number;
  /** The same as a share of the layer's largest value. */
  readonly relative: number;
  /** Names of its weights that are not bit for bit those of the reference. */
  readonly changedWeights: readonly string[];
}

export interface LayerComparison {
  readonly layers: readonly LayerDifference[];
  /** The first layer whose difference is more than rounding. */
  readonly first?: LayerDifference;
}

/** A share of a layer's largest value above which a difference is no rounding: a hundred times the 1e-6 measured. */
const ROUNDING = 1e-4;

/** Pictures on which layers are compared: they show a difference, and every layer's output of them fits in memory. */
const PICTURES = 8;

/** The row of the network's output. */
const OUTPUT = 'output';

/**
 * Runs a traced network and a model file on the same pictures and compares what every layer gives. Layers are found by
 * the names of their weights; where a file has not kept them, only the output is compared.
 * @param images - uint8 `[N,H,W,C]`; the first few of them are enough.
 */
export async function compareLayers(
  { graph, state }: TracedNetwork,
  model: ModelProto,
  images: Uint8Array,
  shape: Shape,
): Promise<LayerComparison> {
  const points = pair(pointsOfGraph(graph), pointsOfModel(model));
  const size = shape[0] * shape[1] * shape[2];
  const some = images.subarray(0, PICTURES * size);
  const dims = [some.length / size, ...shape];
  const expected = runGraph(
    graph,
    state,
    some,
    dims,
    points.map(({ reference }) => reference),
  );
  const got = await runModel(
    model,
    some,
    dims,
    points.map(({ value }) => value),
  );
  const changed = changedWeights(model, state);
  const layers = points.map(({ layer, op, channelsFirst }, i): LayerDifference => {
    const [a, b] = [expected[i], got[i]];
    const rest = { layer, op, changedWeights: changed.filter((name) => (layerOf(name) ?? name) === layer) };
    if (a === undefined || b === undefined) throw new Error(`layer ${layer} gave no value`);
    return { ...rest, shape: a.dims, ...differ(a, b, channelsFirst) };
  });
  // Stryker disable next-line EqualityOperator: no share is the bound to its last bit
  const first = layers.find(({ relative }) => !(relative <= ROUNDING));
  return { layers, ...(first && { first }) };
}

/** The last op of a layer, in either computation. */
interface Point {
  layer: string;
  /** Reference in the traced graph, or name of the ONNX value. */
  value: string;
  op: string;
  /** Where the value that the layer works on comes from. */
  inputs: readonly string[];
}

/** The last op of each layer that uses one of its weights, in the order in which the layers come. */
function pointsOfGraph(graph: Graph): Point[] {
  const nodes = nodesByName(graph);
  const labelOf = (reference: string) => nodes.get(parseReference(reference).name)?.label;
  const points = new Map<string, Point>();
  for (const { name, op, inputs } of graph.nodes) {
    const layer = layerAmong(inputs.map(labelOf));
    if (layer === undefined) continue;
    const before = points.get(layer)?.inputs ?? [];
    points.set(layer, { layer, op, value: `${name}:0`, inputs: [...before, ...inputs] });
  }
  return [...points.values(), { layer: OUTPUT, op: '', value: graph.outputs[0] ?? '', inputs: [] }];
}

/** What a weight may pass through before it is used. */
const PREPARING = new Set(['DequantizeLinear', 'Cast', 'Identity', 'Reshape', 'Transpose']);

function pointsOfModel({ graph }: ModelProto): Point[] {
  const labels = new Map(graph.initializer.map(({ name = '' }) => [name, name]));
  const points = new Map<string, Point>();
  for (const node of graph.node) {
    const [first = '', second = ''] = node.input;
    const [output = ''] = node.output;
    const label = labels.get(first);
    if (label !== undefined && PREPARING.has(node.op_type)) {
      labels.set(output, label);
      continue;
    }
    const layer = layerAmong(node.input.map((name) => labels.get(name)));
    if (layer === undefined) continue;
    const before = points.get(layer)?.inputs ?? [];
    points.set(layer, { layer, op: node.op_type, value: output, inputs: [...before, first, second] });
  }
  const value = graph.output[0]?.name ?? '';
  const last = graph.node.find(({ output }) => output.includes(value));
  return [...points.values(), { layer: OUTPUT, op: last?.op_type ?? '', value, inputs: [] }];
}

function layerAmong(labels: readonly (string | undefined)[]): string | undefined {
  return labels.flatMap((label) => (label === undefined ? [] : (layerOf(label) ?? [])))[0];
}

/** ONNX's operators with weights that have channels first whatever the sizes are. */
const CHANNELS_FIRST = new Set(['Conv', 'ConvTranspose', 'BatchNormalization']);

interface Pair {
  layer: string;
  op: string;
  reference: string;
  value: string;
  channelsFirst: boolean;
}

/** Layers that both have. A layer that the file has put into the one before it (batch norm) ends that one. */
function pair(reference: readonly Point[], candidate: readonly Point[]): Pair[] {
  const candidates = new Map(candidate.map((point) => [point.layer, point]));
  const pairs: Pair[] = [];
  for (const { layer, value, inputs } of reference) {
    const other = candidates.get(layer);
    const previous = pairs.at(-1);
    if (other !== undefined)
      pairs.push({
        layer,
        op: other.op,
        reference: value,
        value: other.value,
        channelsFirst: CHANNELS_FIRST.has(other.op),
      });
    else if (previous !== undefined && inputs.includes(previous.reference)) previous.reference = value;
  }
  return pairs;
}

interface Value {
  dims: readonly number[];
  values: Float32Array;
}

function runGraph(
  graph: Graph,
  state: State,
  images: Uint8Array,
  dims: readonly number[],
  references: readonly string[],
): Value[] {
  const compiled = compile({ layers: { ...withUnknownSizes(graph), outputs: references } });
  writeKnown(compiled, state);
  const image = uint8Tensor(images, [...dims]);
  const outputs = compiled.run('layers', { image });
  const values = outputs.map((tensor) => ({
    dims: tensor.shape,
    values: Float32Array.from(tensor.dataSync()),
  }));
  tf.dispose([image, ...outputs]);
  compiled.dispose();
  return values;
}

async function runModel(
  model: ModelProto,
  images: Uint8Array,
  dims: readonly number[],
  names: readonly string[],
): Promise<Value[]> {
  const session = await createInferenceSession(withOutputs(model, names));
  try {
    const image = new ort.Tensor('uint8', new Uint8Array(images), dims);
    const results = await session.run({ [model.graph.input[0]?.name ?? '']: image });
    return names.map((name) => {
      const result = results[name];
      if (result === undefined) throw new Error(`onnxruntime gave no value ${name}`);
      return { dims: result.dims, values: Float32Array.from(result.data as ArrayLike<number>) };
    });
  } finally {
    await session.release();
  }
}

/** The model with some of its values as further outputs; onnxruntime works out their types. */
export function withOutputs(model: ModelProto, names: readonly string[]): ModelProto {
  const known = new Set(model.graph.output.map(({ name }) => name));
  const more = [...new Set(names)].filter((name) => !known.has(name)).map((name) => ({ name }));
  return { ...model, graph: { ...model.graph, output: [...model.graph.output, ...more] } };
}

function differ(expected: Value, got: Value, channelsFirst: boolean): { largest: number; relative: number } {
  const largest = maxDifference(expected.values, channelsFirst ? channelsLast(got) : got.values, absolute);
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return { largest, relative: largest };
  return { largest, relative: largest / expected.values.reduce((most, a) => Math.max(most, Math.abs(a)), 0) };
}

function channelsLast({ dims, values }: Value): Float32Array {
  if (dims.length < 3) return values;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const axes = [0, ...dims.map((_, axis) => axis).slice(2), 1];
  return new Float32Array(new Uint8Array(transpose(bytes, dims, axes, 4)).buffer);
}

/** Weights that both have under one name and shape, with other bits. */
function changedWeights(model: ModelProto, state: State): string[] {
  const weights = weightsOfModel(model);
  return [...state].flatMap(([name, values]) => {
    const { values: other } = weights.get(name) ?? {};
    if (other === undefined || other.length !== values.length) return [];
    return other.every((value, i) => Object.is(value, values[i])) ? [] : [name];
  });
}

/** A table of the layers, with the first that differs marked. */
export function layersInWords({ layers, first }: LayerComparison): string {
  const rows = [
    ['layer', 'ends in', 'output', 'difference', 'relative', ''],
    ...layers.map((row) => [
      row.layer,
      row.op,
      `[${['N', ...row.shape.slice(1)].join()}]`,
      row.largest.toExponential(1),
      row.relative.toExponential(1),
      [
        ...(row === first ? ['<- differs first here'] : []),
        ...(row.changedWeights.length > 0
          ? [
              `other weights: ${row.changedWeights.map((name) => name.slice(row.layer.length + 1)).join(', ')}`,
            ]
          : []),
      ].join('; '),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
