// Makers and readers of the attributes that nodes take.
import { type AttributeProto, attributeType, type NodeProto, type TensorProto } from './types.ts';

const utf8 = new TextEncoder();

export const attribute = {
  int: (name: string, i: number): AttributeProto => ({ name, type: attributeType.INT, i }),
  ints: (name: string, ints: readonly number[]): AttributeProto => ({
    name,
    type: attributeType.INTS,
    ints: [...ints],
  }),
  float: (name: string, f: number): AttributeProto => ({ name, type: attributeType.FLOAT, f }),
  text: (name: string, s: string): AttributeProto => ({
    name,
    type: attributeType.STRING,
    s: utf8.encode(s),
  }),
  tensor: (name: string, t: TensorProto): AttributeProto => ({ name, type: attributeType.TENSOR, t }),
};

/** The whole number that a node has under a name; undefined where it has none. Beyond 2^53 it is rounded. */
export function intOf({ attribute }: NodeProto, name: string): number | undefined {
  const value = attribute.find((each) => each.name === name)?.i;
  return value === undefined ? undefined : Number(value);
}

/** The same of a list. */
export function intsOf({ attribute }: NodeProto, name: string): number[] | undefined {
  return attribute.find((each) => each.name === name)?.ints?.map(Number);
}
