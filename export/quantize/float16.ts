// Weights as float16: half the file, and float32 arithmetic as before.
import { dataType, type ModelProto, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';

/** Smaller tensors stay: they save nothing, and a Cast takes more bytes than they do. */
const LEAST = 64;

/** Largest number of float16. */
const MOST = 65_504;

/**
 * Stores weights as float16, each with a Cast that gives it back under its name; runtimes do that once, when they load
 * the file. Weights beyond float16's numbers stay float32.
 */
export function toFloat16(model: ModelProto): ModelProto {
  const casts: NodeProto[] = [];
  const initializer = model.graph.initializer.map((tensor): TensorProto => {
    const values = floatsOf(tensor);
    const { name = '' } = tensor;
    if (values === undefined || values.length < LEAST || values.some((value) => !(Math.abs(value) <= MOST)))
      return tensor;
    const half = `${name}_float16`;
    const to = [attribute.int('to', dataType.FLOAT)];
    casts.push({ op_type: 'Cast', name: `${name}_Cast`, input: [half], output: [name], attribute: to });
    const bits = Uint16Array.from(values, toHalf);
    return { ...tensor, name: half, data_type: dataType.FLOAT16, raw_data: new Uint8Array(bits.buffer) };
  });
  return { ...model, graph: { ...model.graph, initializer, node: [...casts, ...model.graph.node] } };
}

function floatsOf({ data_type, raw_data }: TensorProto): Float32Array | undefined {
  return data_type === dataType.FLOAT && raw_data ? new Float32Array(raw_data.slice().buffer) : undefined;
}

const float = new Float32Array(1);
const bitsOfFloat = new Uint32Array(float.buffer);

/** The bits of the nearest float16, the even one of two that are equally near (IEEE 754-2019, section 4.3.1). */
export function toHalf(value: number): number {
  float[0] = value;
  const bits = bitsOfFloat[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  // From halfway between the largest float16 and the one that would follow.
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  // Below the least normal float16 there are multiples of 2^-24.
  return sign | nearestEven(Math.abs(float[0] ?? 0) * 2 ** 24);
}

function nearestEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}
