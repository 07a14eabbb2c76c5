// A pass: GELU and its gradient as one op each, where they are a dozen, by our own kernels for CPUs (gelu.cc).
import { formulasOf, geluOf } from './gelu.ts';
import type { Graph, Node } from './graph.ts';
import { DataType } from './tensorflow.ts';

/** GELU's derivative as train/layers/activations.ts writes it, with the normal distribution's share below x. */
const SHARE = `Mul(Add(Erf(Mul(x,${Math.fround(Math.SQRT1_2)})),1),0.5)`;
const SLOPE = `Add(${SHARE},Mul(x,Mul(Exp(Mul(Square(x),-0.5)),${Math.fround(1 / Math.sqrt(2 * Math.PI))})))`;

/** How deep the formulas are. */
const DEPTH = 6;

/**
 * Rewrites `GELU(x)` and `dy * GELU'(x)`. The gradient is computed from x, so that no derivative waits for it. What
 * only the replaced nodes read is left: TensorFlow runs no op that no output needs.
 */
export function geluFused(graph: Graph): Graph {
  const formulas = formulasOf(graph);
  /** The formula behind a value, in terms of `x`. */
  const formula = (reference: string, x: string, depth = DEPTH): string => {
    if (reference === x) return 'x';
    const [number, node] = [formulas.numberOf(reference), formulas.opOf(reference)];
    if (number !== undefined) return String(number);
    if (node === undefined || depth === 0) return '?';
    return `${node.op}(${node.inputs.map((input) => formula(input, x, depth - 1))})`;
  };
  const fused = (node: Node, op: string, inputs: string[]): Node => ({
    ...node,
    op,
    inputs,
    attributes: { T: { type: DataType.float32 } },
  });
  const rewrite = (node: Node): Node => {
    const [first = '', second = ''] = node.inputs;
    if (node.op !== 'Mul') return node;
    const gelu = geluOf(node.inputs, formulas);
    if (gelu !== undefined) return fused(node, 'TrainyardGelu', [gelu.x]);
    const [x = ''] = formulas.opOf(formulas.opOf(second)?.inputs[1] ?? '')?.inputs ?? [];
    return formula(second, x) === SLOPE ? fused(node, 'TrainyardGeluGrad', [first, x]) : node;
  };
  return { ...graph, nodes: graph.nodes.map(rewrite) };
}
