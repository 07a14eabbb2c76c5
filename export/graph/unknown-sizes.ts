// Sizes that vary, as TensorFlow's own graphs write them: -1, whichever size it is.
import type { Graph, Node } from '../../train/graph/graph.ts';
import { DataType } from '../../train/graph/tensorflow.ts';
import { isDynamic } from './dimensions.ts';

/** The graph with -1 for every size that is known only when it runs, in shapes and in constants made from them. */
export function withUnknownSizes(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.map(asTensorflow) };
}

function asTensorflow(node: Node): Node {
  const { constant } = node;
  const outputs = node.outputs.map((output) => ({ ...output, shape: output.shape.map(asUnknown) }));
  if (constant === undefined || constant.dtype !== DataType.int32) return { ...node, outputs };
  return { ...node, outputs, constant: { ...constant, bytes: bytesOf(numbersOf(node).map(asUnknown)) } };
}

function asUnknown(size: number): number {
  return isDynamic(size) ? -1 : size;
}

/** Ops that work out a -1 among the numbers of their shape. */
const WORK_OUT = new Set(['Reshape', 'Slice']);

/**
 * The op that asks for a size which TensorFlow could not work out from -1: such a graph can be traced and exported to
 * ONNX, which can ask a value for its shape, but not be run as it was recorded. Undefined when every size can be worked out.
 */
export function needsSizes({ nodes }: Graph): Node | undefined {
  const counts = new Map<string, number>(
    nodes
      .filter(({ constant }) => constant?.dynamic)
      .map((node) => [`${node.name}:0`, numbersOf(node).filter(isDynamic).length]),
  );
  return nodes.find(({ op, inputs }) =>
    inputs.some((input) => (counts.get(input) ?? 0) > (WORK_OUT.has(op) ? 1 : 0)),
  );
}

function numbersOf({ constant }: Node): Int32Array {
  return new Int32Array((constant?.bytes ?? new Uint8Array()).slice().buffer);
}

function bytesOf({ buffer }: Int32Array): Uint8Array {
  return new Uint8Array(buffer);
}
