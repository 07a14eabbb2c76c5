// Writes sigmoids out where how many times too small a number is decides the answer, as under a logarithm.
import { namedNode } from '../../models/onnx/make.ts';
import type { GraphProto, NodeProto } from '../../models/onnx/schema.ts';
import { producers, scalarConstant } from './rewrite.ts';

/** Operators that turn a share by which an input is off into a difference: the place of that input. */
const MAGNIFY: Readonly<Record<string, number>> = { Log: 0, Sqrt: 0, Reciprocal: 0, Div: 1, Pow: 0 };

/** Operators whose result is off by the same share as an input of theirs; `Add` where the other one is a constant. */
const KEEP_SHARE = new Set(
  'Add Mul Div Max Min Clip ReduceMax ReduceMin Identity Reshape Transpose Squeeze Unsqueeze Slice Split Gather Concat'.split(
    ' ',
  ),
);

/**
 * `Sigmoid` becomes 1 / (1 + exp(-x)) where a logarithm, a root, a power or a division sees its result: onnxruntime's
 * is right to 1e-7 of 1, which is nothing left of sigmoid(-17) = 4e-8, and 0 from -18 on
 * (onnxruntime/core/mlas/lib/logistic.cpp). TensorFlow's has all its digits, down to 1e-38.
 */
export function exactSigmoids(graph: GraphProto): GraphProto {
  const magnified = magnifiedSigmoids(graph);
  if (magnified.size === 0) return graph;
  const one = scalarConstant(graph, 'constant/one', 1);
  const name = one.name ?? '';
  const node = graph.node.flatMap((each): NodeProto[] => {
    if (!magnified.has(each)) return [each];
    const part = (kind: string) => `${each.name}/${kind}`;
    return [
      namedNode('Neg', part('Neg'), each.input),
      namedNode('Exp', part('Exp'), [part('Neg')]),
      namedNode('Add', part('Add'), [part('Exp'), name]),
      { ...each, op_type: 'Reciprocal', input: [part('Add')], attribute: [] },
    ];
  });
  const isNew = !graph.initializer.includes(one);
  return { ...graph, node, initializer: isNew ? [...graph.initializer, one] : graph.initializer };
}

/** The sigmoids from which a way leads to an operator that magnifies. */
function magnifiedSigmoids(graph: GraphProto): Set<NodeProto> {
  const made = producers(graph);
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const seen = new Set<NodeProto>();
  const follow = (value: string | undefined): void => {
    const node = made.get(value ?? '');
    if (node === undefined || seen.has(node)) return;
    seen.add(node);
    const { op_type, input } = node;
    if (!KEEP_SHARE.has(op_type)) return;
    // A residual network's sum of gates is no probability; a number that keeps from dividing by zero is small.
    if (op_type === 'Add' && !input.some((name) => constants.has(name))) return;
    for (const each of input) follow(each);
  };
  for (const { op_type, input } of graph.node) {
    const place = MAGNIFY[op_type];
    if (place !== undefined) follow(input[place]);
  }
  return new Set([...seen].filter(({ op_type }) => op_type === 'Sigmoid'));
}
