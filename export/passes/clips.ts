// Merges what bounds a value: tfjs writes ReLU6 and clipping as Relu, Minimum and Maximum one after another.
import type { GraphProto, NodeProto } from '../../models/onnx/schema.ts';
import { producers, scalars } from './rewrite.ts';

/** What a node does to a value: no less than `least`, no more than `most`; each the name of a constant. */
interface Bounds {
  value: string;
  least?: string;
  most?: string;
}

/** Makes one Clip of a Max and a Min with constants, and takes in the Relu before it. */
export function mergeClips(graph: GraphProto): GraphProto {
  const made = producers(graph);
  const numbers = scalars(graph);
  const read = (node: NodeProto | undefined) => (node === undefined ? undefined : boundsOf(node, numbers));
  const node = graph.node.map((outer): NodeProto => {
    const own = read(outer);
    if (own === undefined || outer.op_type === 'Relu') return outer;
    const inner = made.get(own.value);
    const merged = inner && (overRelu(own, inner, numbers) ?? overBounds(own, read(inner), numbers));
    if (merged === undefined) return outer;
    const { value, least = '', most = '' } = merged;
    const clip = { ...outer, op_type: 'Clip', input: [value, least, most], attribute: [] };
    for (const name of outer.output) made.set(name, clip);
    return clip;
  });
  return { ...graph, node };
}

/** Bounds that are never below zero need no Relu before them; an upper bound alone takes zero from it. */
function overRelu(own: Bounds, inner: NodeProto, numbers: ReadonlyMap<string, number>): Bounds | undefined {
  const [value = ''] = inner.input;
  if (inner.op_type !== 'Relu') return undefined;
  const [least, most] = [numbers.get(own.least ?? ''), numbers.get(own.most ?? '')];
  if (least !== undefined && least >= 0) return { ...own, value };
  const zero = [...numbers].find(([, number]) => number === 0)?.[0];
  if (own.least !== undefined || zero === undefined || most === undefined || most < 0) return undefined;
  return { ...own, value, least: zero };
}

/** Bounds within bounds: both together, where some value meets both. */
function overBounds(
  own: Bounds,
  inner: Bounds | undefined,
  numbers: ReadonlyMap<string, number>,
): Bounds | undefined {
  if (inner === undefined) return undefined;
  const least = chosen(own.least, inner.least, numbers, (a, b) => a > b);
  const most = chosen(own.most, inner.most, numbers, (a, b) => a < b);
  const crossing = least && most && (numbers.get(least) ?? 0) > (numbers.get(most) ?? 0);
  return crossing ? undefined : { value: inner.value, ...(least && { least }), ...(most && { most }) };
}

/** The stricter one of two bounds that may be missing. */
function chosen(
  a: string | undefined,
  b: string | undefined,
  numbers: ReadonlyMap<string, number>,
  stricter: (a: number, b: number) => boolean,
): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return stricter(numbers.get(a) ?? 0, numbers.get(b) ?? 0) ? a : b;
}

function boundsOf({ op_type, input }: NodeProto, numbers: ReadonlyMap<string, number>): Bounds | undefined {
  const [a = '', b = '', c = ''] = input;
  if (op_type === 'Clip') {
    const known = [b, c].every((name) => name === '' || numbers.has(name));
    return known ? { value: a, ...(b && { least: b }), ...(c && { most: c }) } : undefined;
  }
  if ((op_type !== 'Max' && op_type !== 'Min') || input.length !== 2) return undefined;
  const [value, bound] = numbers.has(b) ? [a, b] : [b, a];
  if (!numbers.has(bound) || numbers.has(value)) return undefined;
  return op_type === 'Max' ? { value, least: bound } : { value, most: bound };
}
