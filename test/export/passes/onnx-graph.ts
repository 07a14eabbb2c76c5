// Small ONNX graphs written down in a line a node, and what onnxruntime answers for them, with none of its own passes.
import { floatTensor, namedNode } from '../../../models/onnx/make.ts';
import {
  type AttributeProto,
  dataType,
  encodeModel,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../../../models/onnx/schema.ts';
import { sizeOf } from '../../../models/shape.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { normal, random } from '../../../train/random.ts';
import { ONE_THREAD } from '../one-thread.ts';

/** A node with one output: `node('y = Add x one')`. */
export function node(line: string, ...attributes: AttributeProto[]): NodeProto {
  const [name = '', , operator = '', ...inputs] = line.split(' ');
  // A dash is an input that is left out.
  return namedNode(
    operator,
    name,
    inputs.map((input) => (input === '-' ? '' : input)),
    attributes,
  );
}

/** A float32 weight of such a shape, drawn. */
export function drawn(name: string, ...dims: number[]): TensorProto {
  const next = random(1, name);
  return floatTensor(
    name,
    Array.from({ length: sizeOf(dims) }, () => normal(next)),
    dims,
  );
}

export interface Written {
  /** Shapes by name, of float32 unless `bytes` has the name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly bytes?: readonly string[];
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  /** The result of the last node if not given. */
  readonly outputs?: readonly string[];
}

export function graphOf({ inputs, bytes = [], nodes, constants = [], outputs }: Written): GraphProto {
  return {
    name: 'test',
    node: [...nodes],
    initializer: [...constants],
    input: Object.entries(inputs).map(([name, shape]) => ({
      name,
      type: {
        tensor_type: {
          elem_type: bytes.includes(name) ? dataType.UINT8 : dataType.FLOAT,
          shape: { dim: shape.map((dim_value) => ({ dim_value })) },
        },
      },
    })),
    output: (outputs ?? [nodes.at(-1)?.name ?? '']).map((name) => ({ name })),
  };
}

export interface Answer {
  readonly dims: readonly number[];
  readonly values: number[];
}

/** All outputs for the same drawn inputs: numbers from -2 to 2, or bytes. */
export async function answersOf(graph: GraphProto, opset = 17): Promise<Record<string, Answer>> {
  const model = { ir_version: 8, opset_import: [{ domain: '', version: opset }], metadata_props: [], graph };
  const session = await ort.InferenceSession.create(encodeModel(model), {
    ...ONE_THREAD,
    graphOptimizationLevel: 'disabled',
    // It warns of constants that are not used.
    logSeverityLevel: 3,
  });
  const feeds = graph.input.map(({ name, type }) => {
    const { elem_type, shape } = type?.tensor_type ?? {};
    const dims = (shape?.dim ?? []).map(({ dim_value }) => Number(dim_value));
    const next = random(2, name);
    const [length, isFloat] = [sizeOf(dims), elem_type === dataType.FLOAT];
    const tensor = isFloat
      ? new ort.Tensor(
          'float32',
          Float32Array.from({ length }, () => 4 * next() - 2),
          dims,
        )
      : new ort.Tensor(
          'uint8',
          Uint8Array.from({ length }, () => 256 * next()),
          dims,
        );
    return [name, tensor] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { dims, values: Array.from(data as ArrayLike<number>) },
    ]),
  );
}

/** The largest difference of all answers; infinite where names or shapes differ. */
export async function apart(before: GraphProto, after: GraphProto, opset = 17): Promise<number> {
  const [expected, got] = [await answersOf(before, opset), await answersOf(after, opset)];
  if (Object.keys(expected).join() !== Object.keys(got).join()) return Number.POSITIVE_INFINITY;
  const differences = Object.entries(expected).flatMap(([name, { dims, values }]) => {
    const other = got[name];
    if (other?.dims.join() !== dims.join()) return [Number.POSITIVE_INFINITY];
    return values.map((value, i) => Math.abs(value - (other.values[i] ?? Number.NaN)));
  });
  return Math.max(0, ...differences);
}

/** Each node as it would be written: `y = Add x one`. */
export function linesOf({ node: nodes }: GraphProto): string[] {
  return nodes.map(({ op_type, input, output }) =>
    [output.join(), '=', op_type, ...input.map((name) => name || '-')].join(' '),
  );
}

/** The operators in their order. */
export function operatorsOf({ node: nodes }: GraphProto): string {
  return nodes.map(({ op_type }) => op_type).join(' ');
}
