// One TensorFlow op on its way to ONNX: what the functions in ops/ are given, and what they give back.
import { UserError } from '../../models/errors.ts';
import type { AttributeProto } from '../../models/onnx/schema.ts';
import type { Attribute, Node } from '../../train/graph/graph.ts';
import type { Builder } from './builder.ts';
import type { Layout } from './layout.ts';
import { onnxType } from './onnx.ts';
import { layerOf, type Value } from './value.ts';

/** Turns one TensorFlow op into ONNX nodes; returns the values of its outputs, the first ones at least. */
export type Converter = (op: Op) => Value | readonly Value[];

/** Converters by name of the TensorFlow op. */
export type OpFamily = Readonly<Record<string, Converter>>;

export interface Op {
  readonly build: Builder;
  readonly node: Node;
  readonly inputs: readonly Value[];
  input(index: number): Value;
  /** Whether nothing but this op uses the input. */
  usedOnce(index: number): boolean;
  /** Whole numbers of a constant input, such as a shape or axes; -1 is the batch. */
  integers(index: number): number[];
  /** An attribute that is a list of whole numbers. */
  ints(name: string): number[];
  /** Attributes with the value that TensorFlow takes when they are not given. */
  flag(name: string, otherwise: boolean): boolean;
  number(name: string, otherwise: number): number;
  text(name: string, otherwise: string): string;
  /** Adds a node with one output, called after the op's layer if the op has weights of its own. */
  emit(operator: string, inputs: readonly string[], attributes?: readonly AttributeProto[]): string;
  /** Declares an ONNX value to be output `index` of the op. */
  result(name: string, layout?: Layout, index?: number): Value;
  /** The error for a case that is not converted. */
  unsupported(what: string, wayOut: string): UserError;
}

/** @param uses - How often a value is used, by the ONNX name that it had before it was reshaped. */
export function createOp(
  build: Builder,
  node: Node,
  inputs: readonly Value[],
  uses: (name: string) => number,
): Op {
  const ownLayer = inputs.flatMap(({ constant }) => layerOf(constant?.label ?? '') ?? [])[0];
  const layer = ownLayer ?? inputs.flatMap((value) => value.layer ?? [])[0];
  const unsupported = (what: string, wayOut: string) =>
    new UserError(`${describeOp(node, layer)}: ${what} cannot be exported to ONNX. ${wayOut}`);

  const input = (index: number): Value => {
    const value = inputs[index];
    if (value === undefined)
      throw new Error(
        `${describeOp(node, layer)} has ${inputs.length} inputs; its converter asks for ${index}`,
      );
    return value;
  };
  /** The field of an attribute; attributes of another kind are a bug in a converter. */
  const read = <T>(name: string, get: (attribute: Attribute) => T | undefined): T | undefined => {
    const attribute = node.attributes[name];
    return attribute === undefined ? undefined : get(attribute);
  };

  return {
    build,
    node,
    inputs,
    input,
    unsupported,
    usedOnce: (index) => uses(input(index).source?.name ?? input(index).name) === 1,
    integers(index) {
      const { constant } = input(index);
      if (constant === undefined)
        throw unsupported(
          `input ${index}, which is computed by the model,`,
          'Make it a constant: it decides the shape of the result.',
        );
      return Array.from(new Int32Array(constant.bytes.slice().buffer));
    },
    ints: (name) => read(name, (attribute) => ('ints' in attribute ? [...attribute.ints] : undefined)) ?? [],
    flag: (name, otherwise) =>
      read(name, (attribute) => ('b' in attribute ? attribute.b : undefined)) ?? otherwise,
    number: (name, otherwise) =>
      read(name, (attribute) =>
        'f' in attribute ? attribute.f : 'i' in attribute ? attribute.i : undefined,
      ) ?? otherwise,
    text: (name, otherwise) =>
      read(name, (attribute) => ('s' in attribute ? attribute.s : undefined)) ?? otherwise,
    emit: (operator, names, attributes = []) => build.node(operator, names, { attributes, layer: ownLayer }),
    result(name, layout = 'channelsLast', index = 0) {
      const output = node.outputs[index];
      const type = output && onnxType(output.dtype);
      if (output === undefined || type === undefined)
        throw unsupported(`its output ${index}`, 'Use float32, int32 or bool.');
      return { name, type, shape: output.shape, layout, ...(layer === undefined ? {} : { layer }) };
    },
  };
}

/** `Conv2D (n33, in or after layer conv1)`. */
export function describeOp(node: Node, layer?: string): string {
  return layer === undefined
    ? `${node.op} (${node.name})`
    : `${node.op} (${node.name}, in or after layer ${layer})`;
}
