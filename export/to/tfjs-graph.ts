// A tfjs graph model: model.json with the traced graph, for tf.loadGraphModel.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { AttrValue, NodeDef, ShapeProto } from '../../train/graph/saved-model.ts';
import { DataType, tf } from '../../train/graph/tensorflow.ts';
import { PROBABILITIES } from '../trace/network.ts';
import type { ExportFormat } from './format.ts';
import { type FrozenGraph, freeze, type Port } from './frozen-graph.ts';
import { tfjsClassifier } from './tfjs-classifier.ts';
import { type StoredWeight, writeWeights } from './weights.ts';

export const tfjsGraph: ExportFormat = {
  description: 'tfjs graph model, for tf.loadGraphModel',
  async write(folder, { graph, state, card }) {
    const frozen = freeze(graph, state, [PROBABILITIES]);
    const model = {
      format: 'graph-model',
      generatedBy: 'trainyard',
      convertedBy: 'trainyard',
      signature: signatureOf(frozen),
      userDefinedMetadata: { labels: card.labels, input: card.input },
      modelTopology: { node: frozen.nodes.map(nodeJson), library: {}, versions: { producer: 1882 } },
      weightsManifest: writeWeights(folder, frozen.nodes.flatMap(weightOf)),
    };
    writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
  },
  async open(folder, { card }) {
    const model = await tf.loadGraphModel(tf.io.fileSystem(join(folder, 'model.json')));
    return tfjsClassifier(model, card.input.shape, (images, dims) => tf.tensor4d(images, dims, 'int32'));
  },
};

/** The names of TensorFlow's types, as protobuf's JSON has them. */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [DataType.float32, 'DT_FLOAT'],
  [DataType.int32, 'DT_INT32'],
  [DataType.uint8, 'DT_UINT8'],
  [DataType.int64, 'DT_INT64'],
  [DataType.bool, 'DT_BOOL'],
]);

function typeName(type: number): string {
  const name = TYPE_NAMES.get(type);
  if (name === undefined) throw new UserError(`tfjs has no type for TensorFlow's ${type}.`);
  return name;
}

function signatureOf({ inputs, outputs }: FrozenGraph) {
  const ports = (list: readonly Port[]) =>
    Object.fromEntries(
      list.map(({ name, dtype, shape }) => [
        name,
        {
          name: `${name}:0`,
          dtype: typeName(dtype),
          tensorShape: { dim: shape.map((size) => ({ size: String(size) })) },
        },
      ]),
    );
  return { inputs: ports(inputs), outputs: ports(outputs) };
}

function nodeJson({ name, op, input, attr }: NodeDef) {
  return {
    name,
    op,
    ...(input.length > 0 && { input }),
    attr: Object.fromEntries(Object.entries(attr).map(([key, value]) => [key, attrJson(value)])),
  };
}

/** Protobuf's JSON: bytes in base 64, 64-bit whole numbers as text; values of constants are in the weights' files. */
function attrJson(value: AttrValue): object {
  if ('s' in value) return { s: Buffer.from(value.s).toString('base64') };
  if ('type' in value) return { type: typeName(value.type) };
  if ('shape' in value) return { shape: shapeJson(value.shape) };
  if ('i' in value) return { i: String(value.i) };
  if ('tensor' in value) {
    const { dtype, tensor_shape } = value.tensor;
    return { tensor: { dtype: typeName(dtype), tensorShape: shapeJson(tensor_shape) } };
  }
  if (!('list' in value)) return value;
  return { list: 'i' in value.list ? { i: value.list.i.map(String) } : value.list };
}

function shapeJson({ dim }: ShapeProto): object {
  return { dim: dim.map(({ size }) => ({ size: String(size) })) };
}

function weightOf({ name, op, attr }: NodeDef): StoredWeight[] {
  const { value } = attr;
  if (op !== 'Const' || value === undefined || !('tensor' in value)) return [];
  const { dtype, tensor_shape, tensor_content: bytes } = value.tensor;
  const kind = dtype === DataType.float32 ? 'float32' : dtype === DataType.bool ? 'bool' : 'int32';
  if (kind === 'int32' && dtype !== DataType.int32)
    throw new UserError(`tfjs stores float32, int32 and bool; ${name} has TensorFlow's type ${dtype}.`);
  return [{ name, shape: tensor_shape.dim.map(({ size }) => size), dtype: kind, bytes }];
}
