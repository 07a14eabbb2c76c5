// The tracer: runs a tfjs function once, eagerly, and records every TensorFlow op that it executes.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import type { Attribute, Constant, Graph, Node, Output } from './graph.ts';
import {
  AttributeType,
  type Backend,
  type Binding,
  backend,
  DataType,
  dataTypeOf,
  type EagerAttribute,
  type TensorData,
  type TensorMetadata,
  tensorId,
  tf,
  valuesById,
} from './tensorflow.ts';

/** A named argument of the traced function; its value is used for the eager run alone. */
export interface TraceInput {
  name: string;
  tensor: Tensor;
}

/**
 * Records one call of `fn`. Everything that is neither an input nor a variable becomes a constant of the graph.
 * Variables that `fn` assigns are put back to the values they had.
 *
 * @throws Error when `fn` reads a computed value back (`dataSync`, `arraySync`): the graph could not repeat that.
 */
export function trace(
  fn: () => Tensor[],
  inputs: readonly TraceInput[],
  variables: ReadonlyMap<string, Variable>,
): Graph {
  const recorder = new Recorder(backend.binding);
  for (const { name, tensor } of inputs) recorder.declare('Input', name, tensor);
  for (const [name, variable] of variables) recorder.declare('Variable', name, variable);
  const before = new Map([...variables].map(([name, variable]) => [name, variable.clone()]));
  const graph: { outputs: string[]; updates: Map<string, string> } = { outputs: [], updates: new Map() };
  try {
    recording(backend, recorder, () => {
      // Nothing is returned from tidy, which would walk into every array of it.
      tf.tidy(() => {
        graph.outputs = fn().map((tensor) => recorder.reference(tensor));
        for (const [name, variable] of variables) {
          const reference = recorder.reference(variable);
          if (reference !== recorder.declared.get(name)) graph.updates.set(name, reference);
        }
      });
    });
  } finally {
    for (const [name, variable] of variables) {
      const value = before.get(name);
      if (value === undefined) continue;
      if (variable.dataId !== value.dataId) variable.assign(value);
      value.dispose();
    }
  }
  return { nodes: recorder.nodes, ...graph };
}

/** Runs `body` with the backend's binding replaced by one that records. */
function recording(target: Backend, recorder: Recorder, body: () => void): void {
  const { binding, getInputTensorIds } = target;
  target.binding = recorder.binding();
  target.getInputTensorIds = (tensors) => {
    const ids = getInputTensorIds.call(target, tensors);
    ids.forEach((id, i) => {
      const tensor = tensors[i];
      if (tensor?.shape !== undefined) recorder.seen.set(id, tensor);
    });
    return ids;
  };
  try {
    body();
  } finally {
    target.binding = binding;
    target.getInputTensorIds = getInputTensorIds;
  }
}

/** The record of one run: nodes, and which node made each of TensorFlow's tensors. */
class Recorder {
  readonly nodes: Node[] = [];
  readonly declared = new Map<string, string>();
  /** Tensors by id, for the shape and type of those that were made before the trace. */
  readonly seen = new Map<number, Tensor>();
  private readonly references = new Map<number, string>();
  /**
   * Constants by id that no op has taken yet. They join the record when one does: tfjs uploads what was made outside the
   * function at its first use, so in another order the first time than ever after.
   */
  private readonly uploaded = new Map<number, Constant>();
  /** What depends on inputs or variables. Other results are the same every time: shapes, and what follows from them. */
  private readonly computed = new Set<number>();
  private zeros: Float32Array = new Float32Array();

  constructor(private readonly real: Binding) {}

  declare(op: 'Input' | 'Variable', label: string, tensor: Tensor): void {
    if (this.computed.has(tensorId(tensor)))
      throw new Error(`${label} shares its memory with another input or variable: give it a copy of its own`);
    const output = { dtype: dataTypeOf(tensor), shape: tensor.shape };
    const reference = this.add({ op, inputs: [], attributes: {}, outputs: [output], label });
    this.references.set(tensorId(tensor), reference);
    this.computed.add(tensorId(tensor));
    if (op === 'Variable') this.declared.set(label, reference);
  }

  reference(tensor: Tensor): string {
    const id = tensorId(tensor);
    this.seen.set(id, tensor);
    return this.referenceById(id);
  }

  /** The binding that tfjs's kernels see while they are recorded: it does what they ask, and records it. */
  binding(): Binding {
    const { real } = this;
    return Object.create(real, {
      executeOp: {
        value: (op: string, attributes: EagerAttribute[], ids: number[], count: number) => {
          const inputs = ids.map((id) => this.referenceById(id));
          const computed = ids.some((id) => this.computed.has(id)) || random.test(op);
          const results = real.executeOp(op, attributes, ids, count);
          const kept = computed ? results.map((metadata) => this.emptied(metadata)) : results;
          const outputs = kept.map(({ dtype, shape }): Output => ({ dtype, shape }));
          const reference = this.add({ op, inputs, attributes: this.attributes(attributes), outputs });
          kept.forEach(({ id }, i) => {
            this.references.set(id, `${reference.slice(0, -1)}${i}`);
            if (computed) this.computed.add(id);
          });
          return kept;
        },
      },
      createTensor: {
        value: (shape: number[], dtype: number, values: TensorData) => {
          const id = real.createTensor(shape, dtype, values);
          this.uploaded.set(id, { dtype, shape: [...shape], bytes: copyBytes(values) });
          return id;
        },
      },
      tensorDataSync: {
        value: (id: number) => {
          if (this.computed.has(id)) throw new Error(`${READ_BACK} (last op: ${this.nodes.at(-1)?.op})`);
          return real.tensorDataSync(id);
        },
      },
    });
  }

  /**
   * A large result again, without its values: tfjs keeps every result until the function ends, TensorFlow's allocator
   * keeps what it once had, and only the shapes matter here. All of them look at the same zeros.
   */
  private emptied(metadata: TensorMetadata): TensorMetadata {
    const { id, shape, dtype } = metadata;
    const size = sizeOf(shape);
    if (dtype !== DataType.float32 || size < LARGE) return metadata;
    if (this.zeros.length < size) this.zeros = zeroPages(size);
    const empty = this.real.createTensor(shape, dtype, this.zeros.subarray(0, size));
    this.real.deleteTensor(id);
    return { id: empty, shape, dtype };
  }

  private referenceById(id: number): string {
    const known = this.references.get(id);
    if (known !== undefined) return known;
    const reference = this.addConstant(this.uploaded.get(id) ?? this.constantSeen(id));
    this.uploaded.delete(id);
    this.references.set(id, reference);
    return reference;
  }

  /** A tensor that was uploaded before the trace. */
  private constantSeen(id: number): Constant {
    const tensor = this.seen.get(id);
    if (tensor === undefined) throw new Error(`an op took tensor ${id}, which the tracer has never seen`);
    const dtype = dataTypeOf(tensor);
    return { dtype, shape: [...tensor.shape], bytes: copyBytes(valuesById(this.real, id, dtype)) };
  }

  private addConstant(constant: Constant): string {
    const { dtype, shape } = constant;
    return this.add({ op: 'Const', inputs: [], attributes: {}, outputs: [{ dtype, shape }], constant });
  }

  private add(node: Omit<Node, 'name'>): string {
    const name = `n${this.nodes.length}`;
    this.nodes.push({ name, ...node });
    return `${name}:0`;
  }

  private attributes(attributes: EagerAttribute[]): Record<string, Attribute> {
    // Some of tfjs's kernels pass attributes without a name (TensorFlow ignores them).
    const named = attributes.filter(({ name }) => Boolean(name));
    return Object.fromEntries(named.map((attribute) => [attribute.name, this.attribute(attribute)]));
  }

  private attribute({ name, type, value }: EagerAttribute): Attribute {
    const list =
      Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : undefined;
    if (type === AttributeType.string) return { s: String(value) };
    if (type === AttributeType.type) return { type: Number(value) };
    if (type === AttributeType.shape) return { shape: (list ?? []).map(Number) };
    if (type === AttributeType.int) return list ? { ints: list.map(Number) } : { i: Number(value) };
    if (type === AttributeType.float) return list ? { floats: list.map(Number) } : { f: Number(value) };
    if (type === AttributeType.bool) return list ? { bools: list.map(Boolean) } : { b: Boolean(value) };
    throw new Error(`attribute ${name} has an unknown type ${type}`);
  }
}

/** Ops whose result is another one every time. */
const random = /^(Random|Stateful|Stateless|Multinomial)/;

/** Values from which on a result is emptied: 256 KiB. */
const LARGE = 65_536;

/** WebAssembly's page, bytes. */
const PAGE = 65_536;

/**
 * Zeros that take no memory until someone writes to them, and that TensorFlow uses in place, since they begin at a
 * page: it copies arrays that are not aligned to 64 bytes.
 */
function zeroPages(size: number): Float32Array {
  const initial = Math.ceil((size * Float32Array.BYTES_PER_ELEMENT) / PAGE);
  return new Float32Array(new WebAssembly.Memory({ initial, maximum: initial }).buffer, 0, size);
}

const READ_BACK =
  'the traced function reads a computed value back (dataSync, arraySync or data); a graph can only repeat ops, so compute with tensors instead';

function copyBytes(values: TensorData): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}
