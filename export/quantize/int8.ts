// Static int8: convolutions and products between QuantizeLinear and DequantizeLinear, which runtimes turn into integer kernels.

import { floatTensor, namedNode } from '../../models/onnx/make.ts';
import {
  dataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';
import { attribute } from '../graph/onnx.ts';
import { LEVELS, type Range } from './calibrate.ts';
import { isMoving, type Quantized, quantizedNodes } from './nodes.ts';

/** Scale and zero point of a byte: `value = scale * (byte - zero)`. */
interface Step {
  scale: number;
  zero: number;
}

/** Largest whole number of a weight: int8 without -128, so that both signs reach as far. */
const MOST = 127;

/**
 * Rewrites a model whose batch norms are folded. Activations are uint8, one scale for a tensor; weights are int8, one
 * scale for each output channel, zero in the middle; biases are int32. ReLU needs no operator of its own: a range from
 * zero cuts off what is below.
 * Jacob et al. 2018, https://arxiv.org/abs/1712.05877; https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html.
 *
 * @param ranges - Of every value that {@link valuesToCalibrate} names.
 */
export function toInt8(model: ModelProto, ranges: ReadonlyMap<string, Range>): ModelProto {
  return { ...model, graph: new Rewriter(model.graph, ranges).rewrite() };
}

/** The values whose ranges {@link toInt8} needs. */
export function valuesToCalibrate({ graph }: ModelProto): string[] {
  const names = [...quantizedNodes(graph)].flatMap(([node, { axis, rectified }]) => {
    const result = rectified?.output[0] ?? node.output[0] ?? '';
    return axis === undefined ? [result] : [node.input[0] ?? '', result];
  });
  return [...new Set(names)];
}

/** The graph while it is rewritten. */
class Rewriter {
  private readonly nodes: NodeProto[] = [];
  private readonly tensors: Map<string, TensorProto>;
  /** Scales of the values that are between QuantizeLinear and DequantizeLinear, by their former names. */
  private readonly steps = new Map<string, Step>();
  /** What is used instead of a former value. */
  private readonly instead = new Map<string, string>();
  private readonly chosen: ReadonlyMap<NodeProto, Quantized>;
  private readonly outputs: ReadonlySet<string>;

  constructor(
    private readonly graph: GraphProto,
    private readonly ranges: ReadonlyMap<string, Range>,
  ) {
    this.chosen = quantizedNodes(graph);
    this.tensors = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
    this.outputs = new Set(graph.output.map(({ name }) => name));
  }

  rewrite(): GraphProto {
    const skipped = new Set<NodeProto>();
    for (const node of this.graph.node) {
      if (skipped.has(node)) continue;
      const { axis, rectified } = this.chosen.get(node) ?? {};
      if (axis !== undefined) this.prepareWeights(node, axis);
      const [first = '', second = ''] = node.input;
      this.emit(node);
      const [output = ''] = node.output;
      const result = rectified?.output[0] ?? output;
      if (this.outputs.has(result)) continue;
      const step = this.steps.get(first);
      if (axis !== undefined) {
        // A product that no ReLU follows gives its floats to the next operator, usually softmax.
        if (node.op_type !== 'Conv' && rectified === undefined) continue;
      } else if (this.chosen.has(node)) {
        if (step === undefined || !this.steps.has(second)) continue;
      } else {
        if (isMoving(node) && step !== undefined) this.quantize(output, output, step);
        continue;
      }
      this.quantize(output, result);
      if (rectified !== undefined) skipped.add(rectified);
    }
    const used = new Set(this.nodes.flatMap(({ input }) => input));
    return {
      ...this.graph,
      node: this.nodes,
      initializer: [...this.tensors.values()].filter(({ name }) => used.has(name ?? '')),
    };
  }

  private emit(node: NodeProto): void {
    this.nodes.push({ ...node, input: node.input.map((name) => this.instead.get(name) ?? name) });
  }

  /** Bytes for the input, the weights and the bias of a convolution or product. */
  private prepareWeights({ input: [x = '', weight = '', bias] }: NodeProto, axis: number): void {
    if (!this.steps.has(x)) this.quantize(x, x);
    const scales = this.quantizeWeight(weight, axis);
    const step = this.steps.get(x);
    if (bias && step !== undefined) this.quantizeBias(bias, scales, step.scale);
  }

  /**
   * Puts a value between QuantizeLinear and DequantizeLinear.
   * @param value - The value as it is now; `former` is what its users call it.
   */
  private quantize(value: string, former: string, given?: Step): void {
    const step = given ?? stepOf(this.ranges.get(former) ?? { least: 0, most: 0 });
    const [bytes, floats] = [`${former}/quantized`, `${former}/dequantized`];
    const parameters = [
      this.floats(`${former}/scale`, [step.scale], []),
      this.bytes(`${former}/zero`, dataType.UINT8, Uint8Array.of(step.zero), []),
    ];
    const from = value === former ? (this.instead.get(value) ?? value) : value;
    this.nodes.push(namedNode('QuantizeLinear', bytes, [from, ...parameters]));
    this.nodes.push(namedNode('DequantizeLinear', floats, [bytes, ...parameters]));
    this.steps.set(former, step);
    this.instead.set(former, floats);
  }

  /** @returns The scales, one for each position on `axis`. */
  private quantizeWeight(name: string, axis: number): Float32Array {
    const { dims, values } = this.read(name);
    const inner = sizeOf(dims.slice(axis + 1));
    const places = dims[axis] ?? 1;
    const placeOf = (i: number) => Math.floor(i / inner) % places;
    const largest = new Float32Array(places);
    for (const [i, value] of values.entries())
      largest[placeOf(i)] = Math.max(largest[placeOf(i)] ?? 0, Math.abs(value));
    const scales = largest.map((value) => value / MOST || 1);
    const whole = Int8Array.from(values, (value, i) => Math.round(value / (scales[placeOf(i)] ?? 1)));
    this.dequantized(name, dataType.INT8, new Uint8Array(whole.buffer), dims, scales, axis);
    return scales;
  }

  private quantizeBias(name: string, weightScales: Float32Array, inputScale: number): void {
    const { dims, values } = this.read(name);
    const scales = weightScales.map((scale) => scale * inputScale);
    const whole = Int32Array.from(values, (value, i) => Math.round(value / (scales[i] ?? 1)));
    this.dequantized(name, dataType.INT32, new Uint8Array(whole.buffer), dims, scales, 0);
  }

  /** Stores whole numbers instead of the floats of a weight, and the operator that makes floats of them. */
  private dequantized(
    name: string,
    type: number,
    bytes: Uint8Array,
    dims: readonly number[],
    scales: Float32Array,
    axis: number,
  ): void {
    if (this.instead.has(name)) return;
    const zeros = new Uint8Array(scales.length * (type === dataType.INT32 ? 4 : 1));
    const inputs = [
      this.bytes(`${name}_quantized`, type, bytes, dims),
      this.floats(`${name}_scale`, scales, [scales.length]),
      this.bytes(`${name}_zero`, type, zeros, [scales.length]),
    ];
    this.nodes.push(
      namedNode('DequantizeLinear', `${name}_dequantized`, inputs, [attribute.int('axis', axis)]),
    );
    this.instead.set(name, `${name}_dequantized`);
  }

  private read(name: string): { dims: readonly number[]; values: Float32Array } {
    const tensor = this.tensors.get(name);
    if (tensor?.raw_data === undefined) throw new Error(`there is no weight ${name}`);
    return { dims: tensor.dims, values: new Float32Array(tensor.raw_data.slice().buffer) };
  }

  private floats(name: string, values: ArrayLike<number>, dims: readonly number[]): string {
    this.tensors.set(name, floatTensor(name, values, dims));
    return name;
  }

  private bytes(name: string, data_type: number, raw_data: Uint8Array, dims: readonly number[]): string {
    this.tensors.set(name, { name, data_type, dims: [...dims], raw_data });
    return name;
  }
}

function stepOf({ least, most }: Range): Step {
  const scale = Math.fround((most - least) / LEVELS) || 1;
  return { scale, zero: Math.min(LEVELS, Math.max(0, Math.round(-least / scale))) };
}
