// Compiles a traced graph: one TensorFlow session that holds the variables and runs everything in a single call.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Attribute, Graph, Node } from './graph.ts';
import { type AttrValue, type NodeDef, shapeProto, TAG, writeSavedModel } from './saved-model.ts';
import { backend, DataType, tensorId, tf } from './tensorflow.ts';

/** Values of variables by name, row-major float32. */
export type State = ReadonlyMap<string, Float32Array>;

/** A graph in a TensorFlow session; its variables live there and nowhere else. */
export interface Compiled {
  /**
   * Runs the graph once; assigned variables change.
   * @param inputs - A tensor for every input of the graph; they stay the caller's.
   * @returns The outputs, for the caller to dispose.
   */
  run(inputs: Readonly<Record<string, Tensor>>): Tensor[];
  /** Copies the variables out. */
  read(): Map<string, Float32Array>;
  /** Sets the variables that `state` names. @throws Error for a name the graph has not, or a wrong length. */
  write(state: State): void;
  dispose(): void;
}

/**
 * Loads `graph` into a session of its own. Every variable must be given a value by `write` before the first `run`.
 * @param device - TensorFlow's name of the device for all ops, for example `/gpu:0`; empty leaves it to TensorFlow.
 */
export function compile(graph: Graph, device = ''): Compiled {
  const lowered = lower(graph, device);
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-graph-'));
  let session: number;
  try {
    writeSavedModel(folder, lowered.nodes);
    session = backend.binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const call = (tensors: Tensor[], names: string[], outputs: string[]): Tensor[] =>
    backend.binding
      .runSavedModel(session, tensors.map(tensorId), names.join(), outputs.join())
      .map((metadata) => backend.createOutputTensor(metadata));
  const inputNames = lowered.inputs.map(({ reference }) => reference);

  return {
    run(inputs) {
      const tensors = lowered.inputs.map(({ label }) => {
        const tensor = inputs[label];
        if (tensor === undefined)
          throw new Error(`the graph needs an input ${label}; received ${Object.keys(inputs)}`);
        return tensor;
      });
      return call(tensors, inputNames, lowered.outputs);
    },
    read() {
      const names = [...lowered.variables.keys()];
      if (names.length === 0) return new Map();
      const tensors = call(
        [],
        [],
        [...lowered.variables.values()].map(({ read }) => read),
      );
      const values = new Map(names.map((name, i) => [name, tensors[i]?.dataSync() as Float32Array]));
      tf.dispose(tensors);
      return values;
    },
    write(state) {
      for (const [name, values] of state) {
        const variable = lowered.variables.get(name);
        if (variable === undefined) throw new Error(`the graph has no variable ${name}`);
        const tensor = tf.tensor(values, [...variable.shape], 'float32');
        tf.dispose([tensor, call([tensor], [variable.feed], [variable.assigned])]);
      }
    },
    dispose() {
      backend.binding.deleteSavedModel(session);
    },
  };
}

interface LoweredVariable {
  shape: readonly number[];
  /** Output that reads it. */
  read: string;
  /** Placeholder for a new value, and the output that stores it when asked for. */
  feed: string;
  assigned: string;
}

interface Lowered {
  nodes: NodeDef[];
  inputs: { label: string; reference: string }[];
  outputs: string[];
  variables: Map<string, LoweredVariable>;
}

/** Rewrites our three ops (Input, Variable, Const) as TensorFlow's, and assignments as ops that outputs wait for. */
function lower(graph: Graph, device: string): Lowered {
  const nodes: NodeDef[] = [];
  const emit = (name: string, op: string, input: string[], attr: Record<string, AttrValue>): string => {
    nodes.push({ name, op, input, device, attr });
    return `${name}:0`;
  };
  const inputs: Lowered['inputs'] = [];
  const variables = new Map<string, LoweredVariable>();
  const handles = new Map<string, string>();
  const dtypes = new Map<string, number>(
    graph.nodes.flatMap((node) => node.outputs.map(({ dtype }, i) => [`${node.name}:${i}`, dtype] as const)),
  );

  for (const node of graph.nodes) {
    const [output] = node.outputs;
    if (node.op === 'Input' && node.label !== undefined && output !== undefined) {
      const reference = emit(node.name, 'Placeholder', [], placeholder(output.dtype, output.shape));
      inputs.push({ label: node.label, reference });
    } else if (node.op === 'Variable' && node.label !== undefined && output !== undefined) {
      const { dtype, shape } = output;
      const type: AttrValue = { type: dtype };
      const name = `${node.name}/handle`;
      const handle = emit(name, 'VarHandleOp', [], {
        dtype: type,
        shape: { shape: shapeProto(shape) },
        shared_name: { s: Buffer.from(node.label) },
        container: { s: Buffer.from('') },
      });
      emit(node.name, 'ReadVariableOp', [handle], { dtype: type });
      const feed = emit(`${name}/feed`, 'Placeholder', [], placeholder(dtype, shape));
      emit(`${name}/set`, 'AssignVariableOp', [handle, feed], { dtype: type });
      const assigned = emit(`${name}/assigned`, 'Const', [`^${name}/set`], scalarZero);
      handles.set(node.label, handle);
      variables.set(node.label, { shape, read: `${node.name}:0`, feed, assigned });
    } else if (node.op === 'Const' && node.constant !== undefined) {
      emit(node.name, 'Const', [], constant(node.constant));
    } else emit(node.name, node.op, [...node.inputs], attributes(node, dtypes));
  }

  const assigns = [...graph.updates].map(([label, reference]) => {
    const handle = handles.get(label);
    const read = variables.get(label)?.read.split(':')[0];
    if (handle === undefined)
      throw new Error(`the graph assigns ${label}, which is not one of its variables`);
    const name = `${read}/update`;
    // The old value is read before the new one is stored, also by ops that the new value does not depend on.
    emit(name, 'AssignVariableOp', [handle, reference, `^${read}`], { dtype: { type: DataType.float32 } });
    return `^${name}`;
  });
  const outputs = graph.outputs.map((reference, i) =>
    emit(`output/${i}`, 'Identity', [reference, ...assigns], { T: { type: dtypes.get(reference) ?? 0 } }),
  );
  return { nodes, inputs, outputs, variables };
}

function placeholder(dtype: number, shape: readonly number[]): Record<string, AttrValue> {
  return { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } };
}

function constant({ dtype, shape, bytes }: { dtype: number; shape: readonly number[]; bytes: Uint8Array }) {
  const tensor = { dtype, tensor_shape: shapeProto(shape), tensor_content: bytes };
  return { dtype: { type: dtype }, value: { tensor } };
}

const scalarZero = constant({ dtype: DataType.float32, shape: [], bytes: new Uint8Array(4) });

function attributes(node: Node, dtypes: ReadonlyMap<string, number>): Record<string, AttrValue> {
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
