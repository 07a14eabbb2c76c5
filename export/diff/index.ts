// What differs between two model files: structure, weights, card, and the answers to pictures.
import { createHash } from 'node:crypto';
import {
  type AttributeProto,
  dataType,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import type { OpenModelFile } from '../files/file.ts';
import { type Answers, compareAnswers } from './answers.ts';

/** Something of one file and of the other; absent where one has nothing of the kind. */
export interface FileChange {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

export interface ChangedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest difference of a value. */
  readonly largest: number;
  /** Length of the difference as a share of the length of the weight before. */
  readonly relative: number;
}

export interface ModelDifference {
  readonly before: string;
  readonly after: string;
  readonly structure: readonly FileChange[];
  readonly weights: {
    readonly equal: number;
    readonly changed: readonly ChangedWeight[];
    /** Only in one of the files, or of another type or shape. */
    readonly others: readonly FileChange[];
  };
  readonly card: readonly FileChange[];
  /** Absent where the files cannot be asked the same. */
  readonly answers?: Answers;
}

/** @param folder - Pictures to ask both; without them, the built-in ones. */
export async function diff(
  before: OpenModelFile,
  after: OpenModelFile,
  folder?: string,
): Promise<ModelDifference> {
  const answers = await compareAnswers(before, after, folder);
  return {
    before: before.path,
    after: after.path,
    structure: structureChanges(before.model, after.model),
    weights: weightChanges(before.model, after.model),
    card: cardChanges(before.card, after.card),
    ...(answers && { answers }),
  };
}

function structureChanges(before: ModelProto, after: ModelProto): FileChange[] {
  const facts = ({ opset_import, ir_version, producer_name, graph }: ModelProto) => ({
    opset: opset_import.map(({ domain, version }) => `${domain ? `${domain} ` : ''}${version}`).join(', '),
    'IR version': String(ir_version),
    producer: producer_name ?? '',
    inputs: graph.input.map(portInWords).join(', '),
    outputs: graph.output.map(portInWords).join(', '),
    operators: operatorsInWords(graph.node),
  });
  const nodes = ({ graph }: ModelProto) =>
    new Map(graph.node.map((node) => [`node ${node.name || node.output[0]}`, nodeInWords(node)]));
  return [
    ...compareMaps(mapOf(facts(before)), mapOf(facts(after))),
    ...compareMaps(nodes(before), nodes(after)),
  ];
}

/** How often each is used: `Conv 5, Relu 5`. */
function operatorsInWords(nodes: readonly NodeProto[]): string {
  const counts = new Map<string, number>();
  for (const { op_type } of nodes) counts.set(op_type, (counts.get(op_type) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function portInWords({ name, type }: ValueInfoProto): string {
  const { elem_type, shape } = type?.tensor_type ?? {};
  const dims = shape?.dim.map(({ dim_value, dim_param }) => dim_param ?? dim_value ?? '?');
  return `${name} ${typeName(elem_type)}${dims ? `[${dims}]` : ''}`;
}

/** Everything that a node says but its name. */
function nodeInWords({ op_type, input, output, attribute }: NodeProto): string {
  const settings = [...attribute]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((each) => `${each.name}=${attributeInWords(each)}`);
  return `${op_type}(${[...input, ...settings].join(', ')}) -> ${output.join(', ')}`;
}

function attributeInWords({ f, i, s, t, floats, ints }: AttributeProto): string {
  if (f !== undefined) return String(f);
  if (i !== undefined) return String(i);
  if (s !== undefined) return new TextDecoder().decode(s);
  if (t !== undefined) return `tensor ${digestOf(t).slice(0, 8)}`;
  return `[${floats ?? ints ?? []}]`;
}

function weightChanges(before: ModelProto, after: ModelProto): ModelDifference['weights'] {
  const [old, now] = [before, after].map(
    ({ graph }) => new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor])),
  ) as [Map<string, TensorProto>, Map<string, TensorProto>];
  const describe = (tensors: Map<string, TensorProto>) =>
    new Map(
      [...tensors].map(([name, { data_type, dims }]) => [
        `weight ${name}`,
        `${typeName(data_type)}[${dims}]`,
      ]),
    );
  const changed: ChangedWeight[] = [];
  let equal = 0;
  for (const [name, tensor] of old) {
    const other = now.get(name);
    if (
      other === undefined ||
      tensor.data_type !== other.data_type ||
      tensor.dims.join() !== other.dims.join()
    )
      continue;
    if (digestOf(tensor) === digestOf(other)) equal++;
    else changed.push({ name, shape: tensor.dims, ...distance(tensor, other) });
  }
  return { equal, changed, others: compareMaps(describe(old), describe(now)) };
}

function distance(before: TensorProto, after: TensorProto): { largest: number; relative: number } {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  let [largest, gap, length] = [0, 0, 0];
  for (const [i, value] of old.entries()) {
    const difference = Math.abs(value - (now[i] ?? 0));
    largest = Math.max(largest, difference);
    gap += difference ** 2;
    length += value ** 2;
  }
  return { largest, relative: length === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(gap / length) };
}

function valuesOf({ data_type, raw_data }: TensorProto): number[] {
  const bytes = new Uint8Array(raw_data ?? new Uint8Array());
  switch (data_type) {
    case dataType.FLOAT:
      return Array.from(new Float32Array(bytes.buffer));
    case dataType.INT32:
      return Array.from(new Int32Array(bytes.buffer));
    case dataType.INT64:
      return Array.from(new BigInt64Array(bytes.buffer), Number);
    case dataType.INT8:
      return Array.from(new Int8Array(bytes.buffer));
    default:
      return Array.from(bytes);
  }
}

function digestOf({ data_type, dims, raw_data }: TensorProto): string {
  const hash = createHash('sha256').update(JSON.stringify([data_type, dims]));
  return hash.update(raw_data ?? new Uint8Array()).digest('hex');
}

const TYPE_NAMES = new Map(
  Object.entries(dataType).map(([name, code]) => [code as number, name.toLowerCase()]),
);

function typeName(code: number | undefined): string {
  return TYPE_NAMES.get(code ?? 0) ?? `type ${code}`;
}

/** Every field of the cards, however deep, by its path: `recipe.schedule.learningRate`. */
function cardChanges(before: unknown, after: unknown): FileChange[] {
  return compareMaps(fieldsOf(before), fieldsOf(after));
}

function fieldsOf(value: unknown, path = ''): Map<string, string> {
  if (value === undefined) return new Map();
  // Lists of plain values are compared as one.
  const plain =
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((each) => typeof each !== 'object'));
  if (plain) return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...fieldsOf(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}

function mapOf(values: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(values));
}

function compareMaps(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): FileChange[] {
  const changed = [...before].flatMap(([what, old]): FileChange[] => {
    const now = after.get(what);
    if (now === undefined) return [{ what, before: old }];
    return now === old ? [] : [{ what, before: old, after: now }];
  });
  const added = [...after].flatMap(([what, now]): FileChange[] =>
    before.has(what) ? [] : [{ what, after: now }],
  );
  return [...changed, ...added];
}
