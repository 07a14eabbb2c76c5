// A node of a traced graph as TensorFlow writes it: its attributes, and the two kinds of node that are ours.
import type { Attribute, Constant, Node } from './graph.ts';
import { type AttrValue, shapeProto } from './saved-model.ts';

/** Attributes of a `Placeholder`. */
export function placeholderAttributes(dtype: number, shape: readonly number[]): Record<string, AttrValue> {
  return { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } };
}

/** Attributes of a `Const`. */
export function constantAttributes({ dtype, shape, bytes }: Constant): Record<string, AttrValue> {
  const tensor = { dtype, tensor_shape: shapeProto(shape), tensor_content: bytes };
  return { dtype: { type: dtype }, value: { tensor } };
}

/**
 * Attributes of any other op.
 * @param dtypes - Types of all values of the graph, by reference.
 */
export function nodeAttributes(node: Node, dtypes: ReadonlyMap<string, number>): Record<string, AttrValue> {
  const result = Object.fromEntries(
    Object.entries(node.attributes).map(([name, value]) => [name, attrValue(value)]),
  );
  // tfjs-node passes dilations only where they matter, and as a list of another length elsewhere.
  if (node.attributes.dilations !== undefined && !isFourIntegers(node.attributes.dilations))
    result.dilations = { list: { i: [1, 1, 1, 1] } };
  // tfjs-node leaves these types to the eager runtime, which infers them; a graph wants them written down.
  if (node.op === 'ExpandDims')
    for (const [i, name] of ['T', 'Tdim'].entries())
      result[name] = { type: dtypes.get(node.inputs[i] ?? '') ?? 0 };
  // It casts before it takes a mean, and names the type from before the cast.
  if (node.op === 'Mean') result.T = { type: dtypes.get(node.inputs[0] ?? '') ?? 0 };
  return result;
}

function isFourIntegers(attribute: Attribute): boolean {
  return 'ints' in attribute && attribute.ints.length === 4;
}

function attrValue(attribute: Attribute): AttrValue {
  if ('s' in attribute) return { s: Buffer.from(attribute.s) };
  if ('shape' in attribute) return { shape: shapeProto(attribute.shape) };
  if ('ints' in attribute) return { list: { i: attribute.ints } };
  if ('floats' in attribute) return { list: { f: attribute.floats } };
  if ('bools' in attribute) return { list: { b: attribute.bools } };
  return attribute;
}
