// Lets a graph that was written for a fixed number of pictures at a time take any number of them.
import { intOf } from '../../models/onnx/attribute.ts';
import { constantsOf } from '../../models/onnx/constants.ts';
import { int64Tensor } from '../../models/onnx/make.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import {
  dataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import { dependentsOf } from '../../models/onnx/subgraph.ts';
import { wholeNumbers } from '../../models/onnx/tensor-elements.ts';

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
  const constants = constantsOf(graph);
  const added: TensorProto[] = [];
  const node = graph.node.map((each): NodeProto => {
    const [data = '', shape = ''] = each.input;
    const zeroIsZero = intOf(each, 'allowzero') === 1;
    if (each.op_type !== 'Reshape' || zeroIsZero || !dependent.has(data)) return each;
    const known = constants.get(shape);
    const sizes = known && wholeNumbers(known);
    if (sizes?.[0] !== batch || sizes.length < 2) return each;
    const name = `${each.output[0]}/shape`;
    // 0 means: as the input has it.
    added.push(int64Tensor(name, [0, ...sizes.slice(1)]));
    return { ...each, input: [data, name] };
  });
  return { node, initializer: [...graph.initializer, ...added] };
}
