// Every array of a model, wherever it is: weights, constants of nodes, what is in branches, loops and functions.
import { constantOf } from './constants.ts';
import { isExternal } from './facts.ts';
import { withRawData } from './tensor-elements.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  SparseTensorProto,
  TensorProto,
} from './types.ts';

/** @param place - Where the tensor is, in words that name it alone: its name, after those of what it is in. */
export type ChangeTensor = (tensor: TensorProto, place: string) => TensorProto;

/** The model with every tensor replaced by what `change` makes of it: the weights first, in their order. */
export function mapTensors(model: ModelProto, change: ChangeTensor): ModelProto {
  return {
    ...model,
    graph: inGraph(model.graph, '', change),
    ...(model.functions && { functions: model.functions.map((each) => inFunction(each, change)) }),
  };
}

/**
 * Every tensor by its place, with its elements in `raw_data`, in the order of {@link mapTensors}; of two at one place the
 * second has `#2` behind it. Constants that are written as lists of numbers or texts are among them.
 */
export function tensorsOf(model: ModelProto): Map<string, TensorProto> {
  const found = new Map<string, TensorProto>();
  mapTensors(model, (tensor, place) => {
    let free = place;
    for (let n = 2; found.has(free); n++) free = `${place}#${n}`;
    found.set(free, isExternal(tensor) ? tensor : withRawData(tensor));
    return tensor;
  });
  return found;
}

function inGraph(graph: GraphProto, within: string, change: ChangeTensor): GraphProto {
  const initializer = graph.initializer.map((tensor) => change(tensor, within + (tensor.name ?? '')));
  const { sparse_initializer: sparse } = graph;
  return {
    ...graph,
    initializer,
    ...(sparse && {
      sparse_initializer: sparse.map((each) => inSparse(each, within + (each.values?.name ?? ''), change)),
    }),
    node: graph.node.map((node) => inNode(node, within, change)),
  };
}

function inFunction(each: FunctionProto, change: ChangeTensor): FunctionProto {
  const within = `function ${each.domain ? `${each.domain}.` : ''}${each.name}/`;
  return {
    ...each,
    node: each.node.map((node) => inNode(node, within, change)),
    ...(each.attribute_proto && {
      attribute_proto: each.attribute_proto.map((given) =>
        inAttribute(given, `${within}${given.name}`, `${within}${given.name}/`, change),
      ),
    }),
  };
}

function inNode(node: NodeProto, within: string, change: ChangeTensor): NodeProto {
  if (node.attribute.length === 0) return node;
  // A constant is called as its value is; anything else by the node that has it.
  const [value = ''] = node.output;
  const label = within + (node.name || value);
  const listed = node.attribute.some(({ t }) => t !== undefined) ? undefined : constantOf(node);
  if (listed !== undefined) {
    // It is seen, and stays the list that it is.
    change(listed, within + value);
    return node;
  }
  return {
    ...node,
    attribute: node.attribute.map((each) =>
      inAttribute(
        each,
        node.op_type === 'Constant' ? within + value : `${label} ${each.name}`,
        `${label}/${each.name}/`,
        change,
      ),
    ),
  };
}

function inAttribute(
  attribute: AttributeProto,
  place: string,
  within: string,
  change: ChangeTensor,
): AttributeProto {
  const { t, g, tensors, graphs, sparse_tensor, sparse_tensors } = attribute;
  const numbered = (i: number) => `${place}[${i}]`;
  return {
    ...attribute,
    ...(t && { t: change(t, place) }),
    ...(g && { g: inGraph(g, within, change) }),
    ...(tensors && { tensors: tensors.map((each, i) => change(each, numbered(i))) }),
    ...(graphs && { graphs: graphs.map((each, i) => inGraph(each, `${within}${i}/`, change)) }),
    ...(sparse_tensor && { sparse_tensor: inSparse(sparse_tensor, place, change) }),
    ...(sparse_tensors && {
      sparse_tensors: sparse_tensors.map((each, i) => inSparse(each, numbered(i), change)),
    }),
  };
}

function inSparse(sparse: SparseTensorProto, place: string, change: ChangeTensor): SparseTensorProto {
  const { values, indices } = sparse;
  return {
    ...sparse,
    ...(values && { values: change(values, `${place} values`) }),
    ...(indices && { indices: change(indices, `${place} indices`) }),
  };
}
