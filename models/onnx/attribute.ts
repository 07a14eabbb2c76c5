// Makers of the attributes that nodes take.
import { type AttributeProto, attributeType, type TensorProto } from './types.ts';

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
