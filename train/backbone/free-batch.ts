// Lets a graph that was written for a fixed number of pictures at a time take any number of them.
import { int64Tensor } from '../../models/onnx/make.ts';
import {
  dataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import { dependentsOf, inputsOf, producersOf } from './onnx-graph.ts';

/** What the number of pictures is called. */
const BATCH = 'N';

/**
 * The graph with an input of any number of pictures. Where it had a fixed number, reshapes that have it as their first
 * size take that size from their input instead: what tracing programs write for `x.view(x.size(0), -1)`.
 */
export function withFreeBatch(graph: GraphProto): GraphProto {
  const [input] = inputsOf(graph);
  const [batch, ...rest] = input?.type?.tensor_type?.shape?.dim ?? [];
  if (input === undefined || batch === undefined) return graph;
  const freed: ValueInfoProto = {
    ...input,
    type: {
      ...input.type,
      tensor_type: {
        ...input.type?.tensor_type,
        elem_type: input.type?.tensor_type?.elem_type ?? dataType.FLOAT,
        shape: { dim: [{ dim_param: BATCH }, ...rest] },
      },
    },
  };
  const fixed = batch.dim_value;
  return {
    ...graph,
    input: graph.input.map((each) => (each === input ? freed : each)),
    ...(fixed !== undefined && withFreeReshapes(graph, input.name, fixed)),
  };
}

function withFreeReshapes(
  graph: GraphProto,
  input: string,
  batch: number,
): Pick<GraphProto, 'node' | 'initializer'> {
  const dependent = dependentsOf(graph, input);
  const producers = producersOf(graph);
  const weights = new Map(graph.initializer.map((each) => [each.name, each]));
  const added: TensorProto[] = [];
  const node = graph.node.map((each): NodeProto => {
    const [data = '', shape = ''] = each.input;
    const zeroIsZero = each.attribute.some(({ name, i }) => name === 'allowzero' && i === 1);
    if (each.op_type !== 'Reshape' || zeroIsZero || !dependent.has(data)) return each;
    const known = weights.get(shape) ?? constantOf(producers.get(shape));
    const sizes = known && wholeNumbers(known);
    if (sizes?.[0] !== batch || sizes.length < 2) return each;
    const name = `${each.output[0]}/shape`;
    // 0 means: as the input has it.
    added.push(int64Tensor(name, [0, ...sizes.slice(1)]));
    return { ...each, input: [data, name] };
  });
  return { node, initializer: [...graph.initializer, ...added] };
}

function constantOf(node: NodeProto | undefined): TensorProto | undefined {
  return node?.op_type === 'Constant' ? node.attribute.find(({ name }) => name === 'value')?.t : undefined;
}

/** The elements of an int64 tensor. */
function wholeNumbers({ data_type, raw_data, int64_data }: TensorProto): number[] | undefined {
  if (data_type !== dataType.INT64) return undefined;
  if (raw_data === undefined) return int64_data;
  // A copy: the bytes of a file may begin anywhere, int64 must be aligned.
  return Array.from(new BigInt64Array(new Uint8Array(raw_data).buffer), Number);
}
