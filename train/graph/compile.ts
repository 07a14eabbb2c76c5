// Compiles traced graphs: one TensorFlow session that holds their variables and runs each of them in a single call.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { momentumUpdates } from './fused-momentum.ts';
import { type Graph, type Output, parseReference } from './graph.ts';
import { constantAttributes, nodeAttributes, placeholderAttributes } from './node-def.ts';
import { type AttrValue, type NodeDef, shapeProto, TAG, writeSavedModel } from './saved-model.ts';
import type { State } from './state.ts';
import { backend, DataType, tensorId, tf } from './tensorflow.ts';

/** Graphs in one TensorFlow session; the variables that they share by name live there and nowhere else. */
export interface Compiled<Program extends string> {
  /**
   * Runs one of the graphs once; the variables that it assigns change.
   * @param inputs - A tensor for every input of the graph; they stay the caller's.
   * @returns The outputs, for the caller to dispose.
   */
  run(program: Program, inputs: Readonly<Record<string, Tensor>>): Tensor[];
  /** The shape of each variable. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Copies the variables out. */
  read(): Map<string, Float32Array>;
  /** The values of the variables as they are now, all or these, in TensorFlow's memory, not copied; for the caller to dispose. */
  tensors(names?: readonly string[]): Map<string, Tensor>;
  /** Sets the variables that `state` names. @throws Error for a name the graphs have not, or a wrong length. */
  write(state: State): void;
  /** The same from tensors, which stay the caller's; their memory is shared, not copied. */
  assign(tensors: ReadonlyMap<string, Tensor>): void;
  dispose(): void;
}

/**
 * Loads graphs into a session of their own. Every variable must be given a value by `write` before the first `run`.
 * @param device - TensorFlow's name of the device for all ops, for example `/gpu:0`; empty leaves it to TensorFlow.
 * @param inSession - Opens the session: one of this process alone if left out.
 */
export function compile<Program extends string>(
  programs: Readonly<Record<Program, Graph>>,
  device = '',
  inSession: <T>(open: () => T) => T = (open) => open(),
): Compiled<Program> {
  const { nodes, lowered, variables } = lower(programs, device);
  const session = inSession(() => load(nodes));
  const call = (tensors: Tensor[], names: string[], outputs: string[]): Tensor[] =>
    backend.binding
      .runSavedModel(session, tensors.map(tensorId), names.join(), outputs.join())
      .map((metadata) => backend.createOutputTensor(metadata));
  const variableOf = (name: string) => {
    const variable = variables.get(name);
    if (variable === undefined) throw new Error(`the graph has no variable ${name}`);
    return variable;
  };
  // In one call: TensorFlow prepares the whole graph again for each set of outputs, which for a large network's
  // variables one by one takes minutes.
  const assign = (tensors: ReadonlyMap<string, Tensor>) => {
    if (tensors.size === 0) return;
    const targets = [...tensors.keys()].map(variableOf);
    const done = call(
      [...tensors.values()],
      targets.map(({ feed }) => feed),
      targets.map(({ assigned }) => assigned),
    );
    tf.dispose(done);
  };
  const tensors = (names: readonly string[] = [...variables.keys()]): Map<string, Tensor> => {
    if (names.length === 0) return new Map();
    const reads = names.map((name) => variableOf(name).read);
    const values = call([], [], reads);
    return new Map(names.flatMap((name, i) => (values[i] ? [[name, values[i]]] : [])));
  };

  return {
    run(program, inputs) {
      const { inputs: expected, outputs } = lowered[program];
      const tensors = expected.map(({ label }) => {
        const tensor = inputs[label];
        if (tensor === undefined)
          throw new Error(`the graph needs an input ${label}; received ${Object.keys(inputs)}`);
        return tensor;
      });
      const names = expected.map(({ reference }) => reference);
      return call(tensors, names, outputs);
    },
    shapes: new Map([...variables].map(([name, { shape }]) => [name, shape])),
    tensors,
    read() {
      const all = tensors();
      const values = [...all].map(([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const);
      tf.dispose([...all.values()]);
      return new Map(values);
    },
    write(state) {
      const tensors = new Map(
        [...state].map(([name, values]) => [
          name,
          tf.tensor(values, [...variableOf(name).shape], 'float32') as Tensor,
        ]),
      );
      assign(tensors);
      tf.dispose([...tensors.values()]);
    },
    assign,
    dispose() {
      backend.binding.deleteSavedModel(session);
    },
  };
}

/** A new session over `nodes`; TensorFlow takes it from a folder, which is gone afterwards. */
function load(nodes: NodeDef[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-graph-'));
  try {
    writeSavedModel(folder, nodes);
    return backend.binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface LoweredVariable {
  shape: readonly number[];
  handle: string;
  /** Output that reads it. */
  read: string;
  /** Placeholder for a new value, and the output that stores it when asked for. */
  feed: string;
  assigned: string;
}

interface Lowered {
  inputs: { label: string; reference: string }[];
  outputs: string[];
}

type Emit = (name: string, op: string, input: string[], attr: Record<string, AttrValue>) => string;

/** All programs as one list of TensorFlow's nodes: their own nodes are prefixed, their variables are shared. */
function lower<Program extends string>(programs: Readonly<Record<Program, Graph>>, device: string) {
  const nodes: NodeDef[] = [];
  const emit: Emit = (name, op, input, attr) => {
    nodes.push({ name, op, input, device, attr });
    return `${name}:0`;
  };
  const variables = new Map<string, LoweredVariable>();
  const lowered = {} as Record<Program, Lowered>;
  for (const program of Object.keys(programs) as Program[])
    lowered[program] = lowerProgram(program, programs[program], emit, variables);
  return { nodes, lowered, variables };
}

/** Rewrites our three ops (Input, Variable, Const) as TensorFlow's, and assignments as ops that outputs wait for. */
function lowerProgram(
  program: string,
  graph: Graph,
  emit: Emit,
  variables: Map<string, LoweredVariable>,
): Lowered {
  const inputs: Lowered['inputs'] = [];
  const reads = new Map<string, string>();
  const own = (reference: string) => `${program}/${reference}`;
  const dtypes = new Map<string, number>(
    graph.nodes.flatMap(({ name, outputs }) =>
      outputs.map(({ dtype }, i) => [`${name}:${i}`, dtype] as const),
    ),
  );
  for (const node of graph.nodes) {
    const [output] = node.outputs;
    if (node.op === 'Input' && node.label !== undefined && output !== undefined) {
      const reference = emit(
        own(node.name),
        'Placeholder',
        [],
        placeholderAttributes(output.dtype, output.shape),
      );
      inputs.push({ label: node.label, reference });
    } else if (node.op === 'Variable' && node.label !== undefined && output !== undefined) {
      const variable = variables.get(node.label) ?? lowerVariable(node.label, output, variables.size, emit);
      variables.set(node.label, variable);
      reads.set(node.label, own(node.name));
      emit(own(node.name), 'ReadVariableOp', [variable.handle], { dtype: { type: output.dtype } });
    } else if (node.op === 'Const' && node.constant !== undefined) {
      emit(own(node.name), 'Const', [], constantAttributes(node.constant));
    } else {
      const after = node.after === undefined ? [] : [`^${own(parseReference(node.after).name)}`];
      emit(own(node.name), node.op, [...node.inputs.map(own), ...after], nodeAttributes(node, dtypes));
    }
  }
  const variableOf = (label: string) => {
    const read = reads.get(label);
    const handle = variables.get(label)?.handle;
    if (handle === undefined || read === undefined)
      throw new Error(`the graph assigns ${label}, which is not one of its variables`);
    return { read, handle, name: `${read}/update` };
  };
  const fused = momentumUpdates(graph);
  const inPlace = fused.map(({ weight, velocity, learningRate, gradient, momentum, nesterov }) => {
    const { name, handle, read } = variableOf(weight);
    const values = [learningRate, gradient, momentum].map(own);
    // An op that still holds the old weight keeps it: TensorFlow then changes a copy.
    emit(name, 'ResourceApplyMomentum', [handle, variableOf(velocity).handle, ...values, `^${read}`], {
      T: { type: DataType.float32 },
      use_locking: { b: false },
      use_nesterov: { b: nesterov },
    });
    return `^${name}`;
  });
  const done = new Set(fused.flatMap(({ weight, velocity }) => [weight, velocity]));
  const assigned = [...graph.updates].flatMap(([label, reference]) => {
    if (done.has(label)) return [];
    const { name, handle, read } = variableOf(label);
    // The old value is read before the new one is stored, also by ops that the new value does not depend on.
    emit(name, 'AssignVariableOp', [handle, own(reference), `^${read}`], {
      dtype: { type: DataType.float32 },
    });
    return [`^${name}`];
  });
  const outputs = graph.outputs.map((reference, i) =>
    emit(own(`output/${i}`), 'Identity', [own(reference), ...inPlace, ...assigned], {
      T: { type: dtypes.get(reference) ?? 0 },
    }),
  );
  return { inputs, outputs };
}

function lowerVariable(label: string, { dtype, shape }: Output, index: number, emit: Emit): LoweredVariable {
  const type: AttrValue = { type: dtype };
  const name = `variable/${index}`;
  const handle = emit(name, 'VarHandleOp', [], {
    dtype: type,
    shape: { shape: shapeProto(shape) },
    shared_name: { s: Buffer.from(label) },
    container: { s: Buffer.from('') },
  });
  const read = emit(`${name}/read`, 'ReadVariableOp', [handle], { dtype: type });
  const feed = emit(`${name}/feed`, 'Placeholder', [], placeholderAttributes(dtype, shape));
  emit(`${name}/set`, 'AssignVariableOp', [handle, feed], { dtype: type });
  const assigned = emit(`${name}/assigned`, 'Const', [`^${name}/set`], scalarZero);
  return { shape, handle, read, feed, assigned };
}

const scalarZero = constantAttributes({ dtype: DataType.float32, shape: [], bytes: new Uint8Array(4) });
