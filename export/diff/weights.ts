// What differs between the arrays of two models: weights, constants of nodes, and what is in branches and functions.
import { createHash } from 'node:crypto';
import { tensorsOf } from '../../models/onnx/every-tensor.ts';
import { dataType, type ModelProto, type TensorProto, typeName } from '../../models/onnx/schema.ts';
import { tensorSize, tensorValues } from '../../models/onnx/tensor-elements.ts';
import { elementsOf } from '../../models/onnx/weight-parts.ts';
import { compareMaps, type FileChange } from './changes.ts';

export interface ChangedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest difference of a value; infinite where one of the two is no number. */
  readonly largest: number;
  /** Length of the difference as a share of the length of the weight before. */
  readonly relative: number;
}

/** Equal arrays under two names. */
export interface RenamedWeight {
  readonly before: string;
  readonly after: string;
  readonly shape: readonly number[];
}

export interface WeightChanges {
  readonly equal: number;
  readonly changed: readonly ChangedWeight[];
  readonly renamed: readonly RenamedWeight[];
  /** Only in one of the files, of another type or shape, or text. */
  readonly others: readonly FileChange[];
}

export function weightChanges(before: ModelProto, after: ModelProto): WeightChanges {
  const [old, now] = [tensorsOf(before), tensorsOf(after)];
  const changed: ChangedWeight[] = [];
  let equal = 0;
  for (const [name, tensor] of old) {
    const other = now.get(name);
    if (other === undefined || !isComparable(tensor, other)) continue;
    if (digestOf(tensor) === digestOf(other)) equal++;
    else if (isText(tensor)) continue;
    else changed.push({ name, shape: tensor.dims, ...distance(tensor, other) });
    old.delete(name);
    now.delete(name);
  }
  const renamed = takeRenamed(old, now);
  return { equal, changed, renamed, others: compareMaps(inWords(old), inWords(now)) };
}

/** Finds arrays that have another name in the other file, and takes them out of both. */
function takeRenamed(old: Map<string, TensorProto>, now: Map<string, TensorProto>): RenamedWeight[] {
  const newNames = new Map<string, string[]>();
  for (const [name, tensor] of now) {
    const digest = digestOf(tensor);
    if (!old.has(name)) newNames.set(digest, [...(newNames.get(digest) ?? []), name]);
  }
  return [...old].flatMap(([before, tensor]): RenamedWeight[] => {
    const after = now.has(before) ? undefined : newNames.get(digestOf(tensor))?.shift();
    if (after === undefined) return [];
    old.delete(before);
    now.delete(after);
    return [{ before, after, shape: tensor.dims }];
  });
}

/** Whether their elements stand in pairs, and are all there. */
function isComparable(a: TensorProto, b: TensorProto): boolean {
  if (a.data_type !== b.data_type || a.dims.join() !== b.dims.join()) return false;
  return isText(a) || [a, b].every((each) => each.raw_data?.length === tensorSize(each));
}

function isText({ data_type }: TensorProto): boolean {
  return data_type === dataType.STRING;
}

function inWords(tensors: ReadonlyMap<string, TensorProto>): Map<string, string> {
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const what = `${typeName(tensor.data_type)}[${tensor.dims}]`;
      const text = (tensor.string_data ?? []).map((each) => JSON.stringify(new TextDecoder().decode(each)));
      const size = tensorSize(tensor);
      const cut = size !== undefined && size !== tensor.raw_data?.length;
      const bytes = cut ? `, ${tensor.raw_data?.length ?? 0} of ${size} bytes` : '';
      return [`weight ${name}`, isText(tensor) ? `${what} ${text.join(', ')}` : what + bytes];
    }),
  );
}

function distance(before: TensorProto, after: TensorProto): { largest: number; relative: number } {
  const [old, now] = [tensorValues(before), tensorValues(after)];
  let [largest, gap, length] = [0, 0, 0];
  for (let i = 0; i < old.length; i++) {
    const difference = apart(old[i] ?? 0, now[i] ?? 0);
    largest = Math.max(largest, difference);
    gap += difference ** 2;
    length += Number(old[i] ?? 0) ** 2;
  }
  return { largest, relative: length === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(gap / length) };
}

/** How far two numbers are apart: whole numbers of 64 bits exactly, and infinitely where one of the two is no number. */
function apart(a: number | bigint, b: number | bigint): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return Number(a > b ? a - b : b - a);
  if (Object.is(a, b) || a === b) return 0;
  const difference = Math.abs(Number(a) - Number(b));
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function digestOf(tensor: TensorProto): string {
  const hash = createHash('sha256').update(JSON.stringify([tensor.data_type, tensor.dims]));
  for (const part of elementsOf(tensor)) hash.update(part);
  return hash.digest('hex');
}
