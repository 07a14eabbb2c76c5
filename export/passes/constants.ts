// Makes weights of constants that are nodes, as some programs write every weight.
import { constantOf } from '../../models/onnx/constants.ts';
import { dataType, type GraphProto, type TensorProto } from '../../models/onnx/schema.ts';
import { withRawData } from '../../models/onnx/tensor-elements.ts';

/** The graph without its `Constant` nodes of numbers: what they gave are initializers of the same names. */
export function constantsToInitializers(graph: GraphProto): GraphProto {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const added: TensorProto[] = [];
  const node = graph.node.filter((each) => {
    const tensor = constantOf(each);
    if (tensor === undefined || tensor.data_type === dataType.STRING || outputs.has(tensor.name ?? ''))
      return true;
    added.push(withRawData(tensor));
    return false;
  });
  return { ...graph, node, initializer: [...graph.initializer, ...added] };
}
