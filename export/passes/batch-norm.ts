// Puts batch norm into the convolution or product before it, for runtimes that do not do that themselves.

import { intOf } from '../../models/onnx/attribute.ts';
import { dataType, type GraphProto, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';
import { layerOf } from '../graph/value.ts';
import { removeDead } from './dead.ts';
import { bypass, countUses, producers } from './rewrite.ts';

/** The axis of an operator's weights that counts its outputs; undefined where batch norm cannot go in. */
function outputAxis(node: NodeProto): number | undefined {
  const { op_type } = node;
  if (op_type === 'Conv') return 0;
  if (op_type === 'ConvTranspose') return (intOf(node, 'group') ?? 1) === 1 ? 1 : undefined;
  if (op_type === 'Gemm') return intOf(node, 'transB') === 1 ? 0 : 1;
  return undefined;
}

/**
 * With s = scale / sqrt(variance + epsilon) the weights become s w, the bias s (b - mean) + offset.
 * Only where nothing else sees the weights or the result before batch norm.
 */
export function foldBatchNorm(unpruned: GraphProto): GraphProto {
  const graph = removeDead(unpruned);
  const made = producers(graph);
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const uses = countUses(graph);
  const rewritten = new Map<NodeProto, NodeProto>();
  const without = new Set<NodeProto>();
  for (const norm of graph.node) {
    const before = norm.op_type === 'BatchNormalization' ? made.get(norm.input[0] ?? '') : undefined;
    const axis = before && outputAxis(before);
    if (before === undefined || axis === undefined) continue;
    const [weightName = '', biasName] = before.input.slice(1);
    const once = [before.output[0], weightName, ...(biasName ? [biasName] : [])];
    const parts = [weightName, ...norm.input.slice(1)].map((name) => floats(tensors.get(name)));
    const [weights, scale, offset, mean, variance] = parts;
    if (!once.every((name) => uses.get(name ?? '') === 1)) continue;
    if (!weights || !scale || !offset || !mean || !variance) continue;
    const bias = biasName ? floats(tensors.get(biasName)) : new Float32Array(mean.length);
    if (bias === undefined) continue;

    const epsilon = norm.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
    const factors = scale.map((s, i) => s / Math.sqrt((variance[i] ?? 0) + epsilon));
    const newBias = bias.map((b, i) => (b - (mean[i] ?? 0)) * (factors[i] ?? 0) + (offset[i] ?? 0));
    const weight = tensors.get(weightName);
    const name = biasName || `${layerOf(weightName) ?? weightName}/bias`;
    if (weight === undefined || (!biasName && tensors.has(name))) continue;
    tensors.set(weightName, { ...weight, raw_data: bytesOf(scaled(weights, weight.dims, axis, factors)) });
    tensors.set(name, {
      name,
      dims: [newBias.length],
      data_type: weight.data_type,
      raw_data: bytesOf(newBias),
    });
    rewritten.set(before, { ...before, input: [...before.input.slice(0, 2), name] });
    without.add(norm);
  }
  const node = graph.node.map((each) => rewritten.get(each) ?? each);
  const folded = { ...graph, node, initializer: [...tensors.values()] };
  return bypassOrRename(folded, without);
}

/** Leaves nodes out; where one makes an output of the graph, the node before it makes that instead. */
function bypassOrRename(graph: GraphProto, without: ReadonlySet<NodeProto>): GraphProto {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const renamed = new Map<string, string>();
  for (const node of without) {
    const [output = ''] = node.output;
    if (outputs.has(output)) renamed.set(node.input[0] ?? '', output);
  }
  const node = graph.node
    .filter((each) => !(without.has(each) && outputs.has(each.output[0] ?? '')))
    .map((each) => ({ ...each, output: each.output.map((name) => renamed.get(name) ?? name) }));
  const values = new Set([...without].map(({ output }) => output[0]));
  return bypass({ ...graph, node }, ({ output, input }) => (values.has(output[0]) ? input[0] : undefined));
}

function floats(tensor: TensorProto | undefined): Float32Array | undefined {
  if (tensor?.data_type !== dataType.FLOAT) return undefined;
  return tensor.raw_data && new Float32Array(tensor.raw_data.slice().buffer);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Values multiplied by one factor per place on `axis`. */
function scaled(
  values: Float32Array,
  dims: readonly number[],
  axis: number,
  factors: Float32Array,
): Float32Array {
  const inner = sizeOf(dims.slice(axis + 1));
  const places = dims[axis] ?? 1;
  return values.map((value, i) => value * (factors[Math.floor(i / inner) % places] ?? 1));
}
