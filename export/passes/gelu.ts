// Writes GELU as runtimes know it: by its own operator where there is one, else in the one order that they fuse.
import type { GraphProto, NodeProto } from '../../models/onnx/schema.ts';
import { type Formulas, geluOf } from '../../train/graph/gelu.ts';
import { producers, scalarConstant, scalars } from './rewrite.ts';

/** The first operator set that has Gelu. */
const WITH_GELU = 20;

/**
 * x/2 (1 + erf(x / sqrt 2)), multiplied in whatever order, becomes Gelu, or before operator set 20
 * `x / sqrt 2 -> Erf -> + 1 -> * x -> / 2`, of which onnxruntime makes one operator when it loads the file
 * (onnxruntime/core/optimizer/gelu_fusion.cc; with a product by 1 / sqrt 2 instead it does not).
 */
export function mergeGelu(graph: GraphProto, opset: number): GraphProto {
  const formulas = formulasOf(graph);
  const root = scalarConstant(graph, 'constant/sqrt2', Math.SQRT2);
  let rooted = false;
  const node = graph.node.flatMap((top): NodeProto[] => {
    const found = top.op_type === 'Mul' ? geluOf(top.input, formulas) : undefined;
    if (found === undefined) return [top];
    const { x, one, half } = found;
    if (opset >= WITH_GELU) return [{ ...top, op_type: 'Gelu', input: [x] }];
    rooted = true;
    const [divided, erf, sum, product] = ['Div', 'Erf', 'Add', 'Mul'].map((part) => `${top.name}/${part}`);
    const made = (op_type: string, name = '', ...input: string[]): NodeProto => ({
      op_type,
      name,
      input,
      output: [name],
      attribute: [],
    });
    return [
      made('Div', divided, x, root.name ?? ''),
      made('Erf', erf, divided ?? ''),
      made('Add', sum, erf ?? '', one),
      made('Mul', product, x, sum ?? ''),
      { ...top, input: [product ?? '', half] },
    ];
  });
  const isNew = rooted && !graph.initializer.includes(root);
  return { ...graph, node, initializer: isNew ? [...graph.initializer, root] : graph.initializer };
}

/** What is computed in an ONNX graph. */
function formulasOf(graph: GraphProto): Formulas {
  const made = producers(graph);
  const numbers = scalars(graph);
  return {
    opOf(value) {
      const node = made.get(value);
      return node && { op: node.op_type, inputs: node.input };
    },
    numberOf: (value) => numbers.get(value),
  };
}
