// Graphs in which tasks meet: each task runs the same graph, and its collective ops send and receive over gRPC.
// Reference: tensorflow/core/ops/collective_ops.cc; CollectiveAllToAllV2 has no older form, the others are the first ones.
import type { Attribute, Graph, Node } from '../graph/graph.ts';
import { DataType } from '../graph/tensorflow.ts';

/** Which of how many tasks this one is, and numbers that no other collective op of the tasks has. */
export interface Meeting {
  readonly task: number;
  readonly size: number;
  /** A new number, the same on every task if all of them ask in the same order. */
  nextKey(): number;
}

/** The group of all tasks, which is the only one. */
const GROUP = 1;

/** A part of a graph as it is written: nodes in the order in which they are made. */
class Writer {
  readonly nodes: Node[] = [];

  /** @returns the reference to the node's first output, which has this type and shape */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    dtype: number,
    shape: readonly number[],
    extra: Partial<Node> = {},
  ): string {
    const name = `n${this.nodes.length}`;
    this.nodes.push({ name, op, inputs, attributes, outputs: [{ dtype, shape }], ...extra });
    return `${name}:0`;
  }

  input(label: string, dtype: number, shape: readonly number[]): string {
    return this.add('Input', [], {}, dtype, shape, { label });
  }

  /** int32 constants, one number or a list. */
  numbers(values: number | readonly number[]): string {
    const all = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [all.length];
    const constant = { dtype: DataType.int32, shape, bytes: new Uint8Array(Int32Array.from(all).buffer) };
    return this.add('Const', [], {}, DataType.int32, shape, { constant });
  }

  zeros(count: number): string {
    const [dtype, shape] = [DataType.float32, [count]];
    return this.add('Const', [], {}, dtype, shape, {
      constant: { dtype, shape, bytes: new Uint8Array(count * 4) },
    });
  }

  reshape(value: string, dtype: number, shape: readonly number[]): string {
    const types = { T: { type: dtype }, Tshape: { type: DataType.int32 } };
    return this.add('Reshape', [value, this.numbers(shape)], types, dtype, shape);
  }

  /** float32 vectors, one behind the other. */
  concat(values: readonly string[], length: number): string {
    if (values.length === 1) return values.join();
    const types = { T: FLOAT, Tidx: { type: DataType.int32 }, N: { i: values.length } };
    return this.add('ConcatV2', [...values, this.numbers(0)], types, DataType.float32, [length]);
  }
}

const FLOAT: Attribute = { type: DataType.float32 };

const lengthOf = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1);

/** Attributes of a collective op of the first form. */
function meet({ size, nextKey }: Meeting, dtype: number): Record<string, Attribute> {
  return {
    T: { type: dtype },
    group_size: { i: size },
    group_key: { i: GROUP },
    instance_key: { i: nextKey() },
    communication_hint: { s: 'auto' },
    timeout_seconds: { f: 0 },
  };
}

/** What every task has, one behind the other in their order: `[size * length]` of `[length]`. */
function gather(writer: Writer, meeting: Meeting, value: string, dtype: number, length: number): string {
  const shape = [meeting.size * length];
  return writer.add('CollectiveGather', [value], { ...meet(meeting, dtype), shape: { shape } }, dtype, shape);
}

/**
 * The sum of a vector over all tasks, in the order of the tasks, so that its bits are those of one process that adds them
 * one after the other. Each task adds up one part of the vector, which it receives from all others, and sends its sum to
 * all: a task sends `2 (size - 1) / size` times the vector, as in a ring.
 */
function orderedSum(writer: Writer, meeting: Meeting, vector: string, length: number): string {
  const { size } = meeting;
  const part = Math.ceil(length / size);
  const missing = part * size - length;
  const padded = missing === 0 ? vector : writer.concat([vector, writer.zeros(missing)], part * size);
  const parts = writer.reshape(padded, DataType.float32, [size, part]);
  const keys = [size, GROUP, meeting.nextKey()].map((number) => writer.numbers(number));
  const exchanged = writer.add(
    'CollectiveAllToAllV2',
    [parts, ...keys],
    {
      T: FLOAT,
      Nordering_token: { i: 0 },
      communication_hint: { s: 'auto' },
      timeout_seconds: { f: 0 },
      is_stateless: { b: false },
    },
    DataType.float32,
    [size, part],
  );
  const rows = split(
    writer,
    writer.reshape(exchanged, DataType.float32, [size * part]),
    Array(size).fill(part),
  );
  const sum = rows.reduce((total, row) =>
    writer.add('AddV2', [total, row], { T: FLOAT }, DataType.float32, [part]),
  );
  const all = gather(writer, meeting, sum, DataType.float32, part);
  const [whole = all] = missing === 0 ? [all] : split(writer, all, [length, missing]);
  return whole;
}

/** A vector's parts of these lengths. */
function split(writer: Writer, vector: string, lengths: readonly number[]): string[] {
  if (lengths.length === 1) return [vector];
  const attributes = { T: FLOAT, Tlen: { type: DataType.int32 }, num_split: { i: lengths.length } };
  const outputs = lengths.map((length) => ({ dtype: DataType.float32, shape: [length] }));
  const first = writer.add(
    'SplitV',
    [vector, writer.numbers(lengths), writer.numbers(0)],
    attributes,
    DataType.float32,
    [lengths[0] ?? 0],
    { outputs },
  );
  const name = first.slice(0, -2);
  return lengths.map((_, i) => `${name}:${i}`);
}

/** A value that tasks share. */
export interface Shared {
  readonly name: string;
  readonly shape: readonly number[];
  /** Tasks add it up; otherwise it becomes the mean of theirs. */
  readonly merge: 'sum' | 'mean';
}

/** What each task tells all others along with its values, such as its loss. */
export const RESULTS = 'results';

/**
 * Sums and means over all tasks. Inputs: each of `values` by its name, float32, and {@link RESULTS}, float32 `[count]`.
 * Outputs: the merged values in their order, then the results of all tasks in theirs, `[size * count]`.
 */
export function exchangeGraph(meeting: Meeting, values: readonly Shared[], count: number): Graph {
  const writer = new Writer();
  const lengths = values.map(({ shape }) => lengthOf(shape));
  const length = lengths.reduce((sum, n) => sum + n, 0);
  const size = writer.add('Const', [], {}, DataType.float32, [], {
    constant: {
      dtype: DataType.float32,
      shape: [],
      bytes: new Uint8Array(Float32Array.of(meeting.size).buffer),
    },
  });
  const vectors = values.map(({ name, shape, merge }, i) => {
    const own = writer.input(name, DataType.float32, shape);
    const part =
      merge === 'sum' ? own : writer.add('RealDiv', [own, size], { T: FLOAT }, DataType.float32, shape);
    return writer.reshape(part, DataType.float32, [lengths[i] ?? 0]);
  });
  const parts = split(writer, orderedSum(writer, meeting, writer.concat(vectors, length), length), lengths);
  const merged = values.map(({ shape }, i) => writer.reshape(parts[i] ?? '', DataType.float32, shape));
  const results = writer.input(RESULTS, DataType.float32, [count]);
  const outputs = [...merged, gather(writer, meeting, results, DataType.float32, count)];
  return { nodes: writer.nodes, outputs, updates: new Map() };
}

/** The first task's values: inputs by name, float32; outputs in the same order. */
export function copyGraph(meeting: Meeting, values: ReadonlyMap<string, readonly number[]>): Graph {
  const writer = new Writer();
  const shapes = [...values.values()];
  const lengths = shapes.map(lengthOf);
  const length = lengths.reduce((sum, n) => sum + n, 0);
  const own = [...values].map(([name, shape], i) =>
    writer.reshape(writer.input(name, DataType.float32, shape), DataType.float32, [lengths[i] ?? 0]),
  );
  const copied = broadcast(writer, meeting, writer.concat(own, length), DataType.float32, length);
  const outputs = split(writer, copied, lengths).map((part, i) =>
    writer.reshape(part, DataType.float32, shapes[i] ?? []),
  );
  return { nodes: writer.nodes, outputs, updates: new Map() };
}

/** The first task's vector. Sender and receivers have an op of their own. */
function broadcast(writer: Writer, meeting: Meeting, value: string, dtype: number, length: number): string {
  const attributes = { ...meet(meeting, dtype), shape: { shape: [length] } };
  return meeting.task === 0
    ? writer.add('CollectiveBcastSend', [value], attributes, dtype, [length])
    : writer.add('CollectiveBcastRecv', [], attributes, dtype, [length]);
}

/** Output: the first task's input `numbers`, int32 `[count]`. */
export function announceGraph(meeting: Meeting, count: number): Graph {
  const writer = new Writer();
  const numbers = writer.input('numbers', DataType.int32, [count]);
  const outputs = [broadcast(writer, meeting, numbers, DataType.int32, count)];
  return { nodes: writer.nodes, outputs, updates: new Map() };
}

/** Output: the inputs `numbers`, int32 `[count]`, of all tasks in their order. */
export function gatherGraph(meeting: Meeting, count: number): Graph {
  const writer = new Writer();
  const numbers = writer.input('numbers', DataType.int32, [count]);
  const outputs = [gather(writer, meeting, numbers, DataType.int32, count)];
  return { nodes: writer.nodes, outputs, updates: new Map() };
}
