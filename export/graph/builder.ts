// The ONNX graph while it grows: nodes and initializers with unique names, each constant stored once.
import { createHash } from 'node:crypto';
import { type AttributeProto, dataType, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';
import { uniqueNames } from '../../models/onnx/unique-names.ts';
import { int64Bytes } from './onnx.ts';
import { type SizeAdvice, sizeAdvice } from './size-advice.ts';

/** What a node is made of besides its operator and inputs. */
export interface NodeOptions {
  attributes?: readonly AttributeProto[];
  /** The layer that the node belongs to: it is called `<layer>/<operator>`. */
  layer?: string | undefined;
}

/** A constant to be stored. */
export interface Stored {
  type: number;
  dims: readonly number[];
  bytes: Uint8Array;
  /** Name of the variable it came from. */
  label?: string | undefined;
}

export interface Builder {
  readonly opset: number;
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  /** Adds a node with one output; returns the output's name, which is the node's. An input left out is `''`. */
  node(operator: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Adds a node with several outputs; returns their names. */
  nodeWithOutputs(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    options?: NodeOptions,
  ): string[];
  /** Stores a constant unless the same one is there already; returns its name. */
  constant(stored: Stored): string;
  /** Stores whole numbers as int64 `[n]`: a shape, axes, pads. */
  integers(values: readonly number[]): string;
  /** The node that makes a value, unless the value is an input or a constant. */
  producer(name: string): NodeProto | undefined;
  /** Remembers where a size that is known only when the model runs can be read off: axis `place` of value `name`. */
  sizeIsAt(size: number, name: string, place: number): void;
  /** Where sizes can be read off, for those that some value has that is made so far. */
  readonly whereSizesAre: ReadonlyMap<number, { name: string; place: number }>;
  /** What a size that varies was at each choice of the inputs' sizes, as far as that is known. */
  samplesOf(size: number): readonly number[];
  /** What to do where a size that varies would have to be known. */
  readonly advice: SizeAdvice;
  /** Does `make` once per key, and answers with the first result afterwards. */
  once(key: string, make: () => string): string;
}

/**
 * @param reserved - Names that inputs and outputs of the graph have.
 * @param samples - What sizes that vary were in each trace.
 * @param varying - Names of the sizes of inputs that vary.
 */
export function createBuilder(
  opset: number,
  reserved: readonly string[],
  samples: ReadonlyMap<number, readonly number[]> = new Map(),
  varying: readonly string[] = [],
): Builder {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const unique = uniqueNames(reserved);
  const producers = new Map<string, NodeProto>();
  const made = new Map<string, string>();
  const sizes = new Map<number, { name: string; place: number }>();

  const once = (key: string, make: () => string): string => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const name = make();
    made.set(key, name);
    return name;
  };
  const constant = ({ type, dims, bytes, label }: Stored): string => {
    const content = createHash('sha256').update(bytes).digest('base64');
    // Variables of equal content stay apart: they are different weights.
    return once(`constant ${label ?? ''} ${type} ${dims} ${content}`, () => {
      const name = unique(label ?? 'constant');
      initializers.push({ name, dims: [...dims], data_type: type, raw_data: bytes });
      return name;
    });
  };

  const add = (operator: string, input: readonly string[], options: NodeOptions, more: number) => {
    const { attributes = [], layer } = options;
    const name = unique(layer === undefined ? operator : `${layer}/${operator}`);
    const output = [name, ...Array.from({ length: more }, (_, i) => unique(`${name}:${i + 1}`))];
    const node = { name, op_type: operator, input: [...input], output, attribute: [...attributes] };
    nodes.push(node);
    for (const value of output) producers.set(value, node);
    return { name, output };
  };

  return {
    opset,
    nodes,
    initializers,
    once,
    constant,
    node: (operator, inputs, options = {}) => add(operator, inputs, options, 0).name,
    nodeWithOutputs: (operator, inputs, outputs, options = {}) =>
      add(operator, inputs, options, outputs - 1).output,
    integers: (values) =>
      constant({ type: dataType.INT64, dims: [values.length], bytes: int64Bytes(values) }),
    producer: (name) => producers.get(name),
    sizeIsAt(size, name, place) {
      if (!sizes.has(size)) sizes.set(size, { name, place });
    },
    whereSizesAre: sizes,
    samplesOf: (size) => samples.get(size) ?? [],
    advice: sizeAdvice(varying),
  };
}
