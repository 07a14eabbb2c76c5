// Puts zeros around a picture inside the convolution that follows, which pads by itself.
import { intsOf } from '../../models/onnx/attribute.ts';
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';
import { countUses, producers } from './rewrite.ts';

/** Merges a Pad with zeros of the places, channels first, into the Conv that alone uses it. */
export function mergePads(graph: GraphProto): GraphProto {
  const made = producers(graph);
  const uses = countUses(graph);
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const node = graph.node.map((conv): NodeProto => {
    const [x = ''] = conv.input;
    const pad = conv.op_type === 'Conv' && uses.get(x) === 1 ? made.get(x) : undefined;
    const around = pad && zerosAround(pad, tensors);
    // Where the convolution pads by what is left of a size that varies, its own pads are not known.
    const varies = conv.attribute.some(({ name }) => name === 'auto_pad');
    if (pad === undefined || around === undefined || varies) return conv;
    const own = intsOf(conv, 'pads') ?? around.map(() => 0);
    const pads = attribute.ints(
      'pads',
      around.map((size, i) => size + (own[i] ?? 0)),
    );
    const others = conv.attribute.filter(({ name }) => name !== 'pads');
    return { ...conv, input: [pad.input[0] ?? '', ...conv.input.slice(1)], attribute: [...others, pads] };
  });
  return { ...graph, node };
}

/** The pads of the places, all before and then all after; undefined unless they are zeros and no others are there. */
function zerosAround(
  { op_type, input, attribute: given }: NodeProto,
  tensors: ReadonlyMap<string, TensorProto>,
): number[] | undefined {
  const [, sizes = '', value = '', axes = ''] = input;
  const data = op_type === 'Pad' && axes === '' ? tensors.get(sizes)?.raw_data : undefined;
  const zero = value === '' || isZero(tensors.get(value)?.raw_data);
  if (data === undefined || !zero || !isConstant(given)) return undefined;
  const pads = Array.from(new BigInt64Array(data.slice().buffer), Number);
  const half = pads.length / 2;
  const [before, after] = [pads.slice(0, half), pads.slice(half)];
  const others = [...before.slice(0, 2), ...after.slice(0, 2)];
  const fits = others.every((size) => size === 0) && pads.every((size) => size >= 0);
  return fits ? [...before.slice(2), ...after.slice(2)] : undefined;
}

/** 0 or, of real numbers, -0, whose last byte has the sign. */
function isZero(bytes: Uint8Array | undefined): boolean {
  return bytes?.every((byte, i) => byte === 0 || (i === 3 && bytes.length === 4 && byte === 0x80)) ?? false;
}

function isConstant(attributes: readonly AttributeProto[]): boolean {
  const mode = attributes.find(({ name }) => name === 'mode')?.s;
  return mode === undefined || new TextDecoder().decode(mode) === 'constant';
}
