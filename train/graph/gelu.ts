// Recognizes GELU, x/2 (1 + erf(x / sqrt 2)), in a graph of TensorFlow's or ONNX's ops, however it is multiplied out.
import { type Graph, type Node, nodesByName, parseReference } from './graph.ts';
import { DataType } from './tensorflow.ts';

/** What formulas are read from: a graph, with ONNX's names of the ops Add, Div, Erf and Mul. */
export interface Formulas {
  /** The op that computes a value, and its operands; undefined where none does. */
  opOf(value: string): { readonly op: string; readonly inputs: readonly string[] } | undefined;
  /** The number that a value always is; undefined where it is none. */
  numberOf(value: string): number | undefined;
}

/** The values of which a GELU is made. */
export interface Gelu {
  readonly x: string;
  /** The constants 1 and 0.5. */
  readonly one: string;
  readonly half: string;
}

/** How far a constant may be from what it should be: a float32's rounding. */
const ROUNDING = 1e-6;

/**
 * The GELU whose last product has these factors; undefined where it is another product. Hendrycks and Gimpel 2016,
 * https://arxiv.org/abs/1606.08415.
 */
export function geluOf(factors: readonly string[], formulas: Formulas): Gelu | undefined {
  // A product of a product and something else, either way round.
  for (const [a = '', b = ''] of [factors, [...factors].reverse()]) {
    const product = formulas.opOf(b);
    const all = product?.op === 'Mul' ? [a, ...product.inputs] : [a, b];
    const half = all.find((factor) => isNear(formulas.numberOf(factor), 0.5));
    const [share] = all.flatMap((factor) => insideOf(factor, formulas) ?? []);
    // Three factors: where x itself is 0.5, one value must not stand for two of them.
    if (half !== undefined && share !== undefined && share.x !== half && all.includes(share.x))
      return { ...share, half };
  }
  return undefined;
}

/** The x of `1 + erf(x / sqrt 2)`, and its 1. */
function insideOf(value: string, { opOf, numberOf }: Formulas): Omit<Gelu, 'half'> | undefined {
  const sum = opOf(value);
  if (sum?.op !== 'Add') return undefined;
  const one = sum.inputs.find((input) => isNear(numberOf(input), 1));
  const erf = sum.inputs.map((input) => opOf(input)).find((each) => each?.op === 'Erf');
  const scaled = opOf(erf?.inputs[0] ?? '');
  const [a = '', b = ''] = scaled?.inputs ?? [];
  if (one === undefined) return undefined;
  if (scaled?.op === 'Div' && isNear(numberOf(b), Math.SQRT2)) return { x: a, one };
  if (scaled?.op !== 'Mul') return undefined;
  if (isNear(numberOf(b), Math.SQRT1_2)) return { x: a, one };
  return isNear(numberOf(a), Math.SQRT1_2) ? { x: b, one } : undefined;
}

function isNear(number: number | undefined, expected: number): boolean {
  return number !== undefined && Math.abs(number - expected) < ROUNDING;
}

/** TensorFlow's names of ONNX's ops. */
const OPS: Readonly<Record<string, string>> = { AddV2: 'Add', RealDiv: 'Div' };

/** The formulas of a traced graph; its float32 scalars are numbers. */
export function formulasOf(graph: Graph): Formulas {
  const nodes = nodesByName(graph);
  const find = (value: string) => nodes.get(parseReference(value).name);
  return {
    opOf(value) {
      const node = find(value);
      return node && { op: OPS[node.op] ?? node.op, inputs: node.inputs };
    },
    numberOf: (value) => numberOf(find(value)),
  };
}

function numberOf(node: Node | undefined): number | undefined {
  const constant = node?.constant;
  // One number of more axes would give them to what it is multiplied with.
  if (constant?.dtype !== DataType.float32 || constant.shape.length > 0) return undefined;
  return new Float32Array(constant.bytes.slice().buffer)[0];
}
