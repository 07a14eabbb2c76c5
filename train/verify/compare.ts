// Compares the files of two runs byte by byte, and names what differs in them.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../files/safetensors.ts';

export interface ComparedFile {
  name: string;
  /** Of the first run's file. */
  bytes: number;
  /** SHA-256 of either file; undefined where it is missing. */
  digests: readonly [string | undefined, string | undefined];
  /** Where they differ, if they do: a line of text, or a tensor and one of its values. */
  difference?: string;
}

/** Compares every file of the run in folder `a` with the one of the same name in `b`, in alphabetical order. */
export function compareRunFiles(a: string, b: string): ComparedFile[] {
  const names = new Set([...readdirSync(a), ...readdirSync(b)]);
  return [...names].sort().map((name) => compareFiles(name, join(a, name), join(b, name)));
}

function compareFiles(name: string, a: string, b: string): ComparedFile {
  const [first, second] = [a, b].map((path) => (existsSync(path) ? readFileSync(path) : undefined));
  const digests = [digest(first), digest(second)] as const;
  const compared = { name, bytes: first?.length ?? 0, digests };
  if (first === undefined || second === undefined)
    return { ...compared, difference: `only in ${first ? 'the first' : 'the second'}` };
  if (first.equals(second)) return compared;
  const difference = name.endsWith('.safetensors')
    ? differenceOfTensors(a, b)
    : differenceOfLines(first.toString(), second.toString());
  return { ...compared, difference };
}

function differenceOfTensors(a: string, b: string): string {
  const [first, second] = [readSafetensors(a), readSafetensors(b)];
  for (const name of new Set([...first.tensors.keys(), ...second.tensors.keys()])) {
    const [x, y] = [first.tensors.get(name)?.values, second.tensors.get(name)?.values];
    if (x === undefined || y === undefined)
      return `tensor ${name} is only in ${x ? 'the first' : 'the second'}`;
    const at = x.findIndex((value, i) => !Object.is(value, y[i]));
    if (at >= 0 || x.length !== y.length)
      return `tensor ${name} differs, first at value ${at}: ${show(x[at])} and ${show(y[at])}`;
  }
  const key = Object.keys(first.metadata).find((each) => first.metadata[each] !== second.metadata[each]);
  return `the tensors are equal, the metadata differs in ${key ?? 'its keys'}: ${first.metadata[key ?? '']} and ${second.metadata[key ?? '']}`;
}

/** Tells -0 from 0, as bytes do. */
function show(value: number | undefined): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function differenceOfLines(a: string, b: string): string {
  const [first, second] = [a.split('\n'), b.split('\n')];
  const at = first.findIndex((line, i) => line !== second[i]);
  const line = at >= 0 ? at : first.length;
  return `line ${line + 1} is ${JSON.stringify(first[line] ?? '')} and ${JSON.stringify(second[line] ?? '')}`;
}

function digest(bytes: Buffer | undefined): string | undefined {
  return bytes && createHash('sha256').update(bytes).digest('hex');
}
