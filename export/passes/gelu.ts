// Writes GELU as runtimes know it: by its own operator where there is one, else in the one order that they fuse.
import { dataType, type GraphProto, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';
import { producers, scalars } from './rewrite.ts';

/** The first operator set that has Gelu. */
const WITH_GELU = 20;

/** How far a constant may be from what it should be: a float32's rounding. */
const ROUNDING = 1e-6;

/**
 * x/2 (1 + erf(x / sqrt 2)), multiplied in whatever order, becomes Gelu, or before operator set 20
 * `x / sqrt 2 -> Erf -> + 1 -> * x -> / 2`, of which onnxruntime makes one operator when it loads the file
 * (onnxruntime/core/optimizer/gelu_fusion.cc; with a product by 1 / sqrt 2 instead it does not).
 */
export function mergeGelu(graph: GraphProto, opset: number): GraphProto {
  const find = finder(graph);
  const root = rootOfTwo(graph);
  let rooted = false;
  const node = graph.node.flatMap((top): NodeProto[] => {
    const found = find(top);
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

interface Gelu {
  readonly x: string;
  /** Names of the constants 1 and 0.5. */
  readonly one: string;
  readonly half: string;
}

/** Recognizes the last product of a GELU. */
function finder(graph: GraphProto): (node: NodeProto) => Gelu | undefined {
  const made = producers(graph);
  const numbers = scalars(graph);
  const isNear = (name: string | undefined, value: number) =>
    Math.abs((numbers.get(name ?? '') ?? Number.NaN) - value) < ROUNDING;
  const factors = (name: string): string[] => {
    const node = made.get(name);
    return node?.op_type === 'Mul' ? node.input : [name];
  };
  /** The input of `1 + erf(x / sqrt 2)`. */
  const inside = (name: string): { x: string; one: string } | undefined => {
    const add = made.get(name);
    if (add?.op_type !== 'Add') return undefined;
    const one = add.input.find((input) => isNear(input, 1));
    const erf = add.input.map((input) => made.get(input)).find((node) => node?.op_type === 'Erf');
    const scaled = made.get(erf?.input[0] ?? '');
    const [a = '', b = ''] = scaled?.input ?? [];
    if (one === undefined) return undefined;
    if (scaled?.op_type === 'Div' && isNear(b, Math.SQRT2)) return { x: a, one };
    if (scaled?.op_type !== 'Mul') return undefined;
    if (isNear(b, Math.SQRT1_2)) return { x: a, one };
    return isNear(a, Math.SQRT1_2) ? { x: b, one } : undefined;
  };
  return ({ op_type, input }) => {
    if (op_type !== 'Mul') return undefined;
    // A product of a product and something else, either way round.
    for (const [a = '', b = ''] of [input, [...input].reverse()]) {
      const leaves = [a, ...factors(b)];
      const [half, found] = [
        leaves.find((leaf) => isNear(leaf, 0.5)),
        leaves.flatMap((leaf) => inside(leaf) ?? [])[0],
      ];
      if (leaves.length === 3 && half !== undefined && found !== undefined && leaves.includes(found.x))
        return { ...found, half };
    }
    return undefined;
  };
}

/** The constant in the graph, or one to be added. */
function rootOfTwo({ initializer }: GraphProto): TensorProto {
  const raw_data = new Uint8Array(Float32Array.of(Math.SQRT2).buffer);
  const known = initializer.find(
    ({ data_type, dims, raw_data: bytes }) =>
      data_type === dataType.FLOAT &&
      dims.length === 0 &&
      Buffer.compare(bytes ?? new Uint8Array(), raw_data) === 0,
  );
  return known ?? { name: 'constant/sqrt2', dims: [], data_type: dataType.FLOAT, raw_data };
}
