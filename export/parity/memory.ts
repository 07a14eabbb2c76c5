// What a run of a comparison takes in memory, estimated from how sizes grew from trace to trace; runs that would take too
// much are made smaller before anything is drawn.
import { isDynamic } from '../graph/dimensions.ts';
import { ANY_NUMBER, type TracedGraph } from '../trace/index.ts';
import type { Run } from './questions.ts';

/** Bytes that the results of all ops of one run may take together: eager tfjs keeps them until the run ends. */
export const MOST_BYTES = 2 ** 29;

/** Height, width and other sizes are not made smaller than this. */
const SMALLEST = 8;

const BYTES = 4;

/**
 * The runs as they fit: one too large asks its kinds of numbers one after another, then of half the size, and so on. What
 * is too large at every size stays as it is.
 */
export function fitting(runs: readonly Run[], graph: TracedGraph, most = MOST_BYTES): Run[] {
  return runs.flatMap((run) => {
    if (bytesOf(graph, run) <= most) return [run];
    if (run.kinds.length > 1) {
      const each = run.kinds.map((kind) => ({ ...run, kinds: [kind] }));
      return fitting(each, graph, most);
    }
    const smaller = { ...run, height: half(run.height), width: half(run.width), other: half(run.other) };
    return bytesOf(graph, smaller) < bytesOf(graph, run) ? fitting([smaller], graph, most) : [run];
  });
}

/** Rounded up: odd sizes such as 97 and 65 stay odd, and 96 stays a multiple of many. */
const half = (size: number) => Math.max(Math.ceil(size / 2), Math.min(size, SMALLEST));

/** Bytes of the results of all ops of a run; weights are there anyway. */
export function bytesOf(graph: TracedGraph, { kinds, height, width, other }: Run): number {
  const at: Readonly<Record<string, number>> = { [ANY_NUMBER]: kinds.length, height, width };
  const sizes = new Map<number, number>();
  const size = (number: number) => {
    const known = sizes.get(number) ?? sizeAt(graph, number, (name) => at[name] ?? other);
    sizes.set(number, known);
    return known;
  };
  const results = graph.nodes.flatMap(({ op, outputs }) => (op === 'Variable' ? [] : outputs));
  const numbers = results.map(({ shape }) => shape.reduce((product, n) => product * size(n), 1));
  return BYTES * numbers.reduce((sum, n) => sum + n, 0);
}

/**
 * A number of the record at other sizes of the inputs. Every trace but the first has one size changed, and the number grew
 * with it by some power: 1 for rows, 2 for what has a place for each pair of rows.
 */
function sizeAt({ names, samples }: TracedGraph, number: number, of: (name: string) => number): number {
  const [first = 1, ...others] = samples.get(number) ?? [number];
  if (!isDynamic(number) || first <= 0) return Math.max(0, first);
  return [...names].reduce((product, [code, name], i) => {
    const value = others[i] ?? first;
    if (value <= 0) return product;
    const [before = 1, after = 1] = [samples.get(code)?.[0], samples.get(code)?.[i + 1]];
    const power = Math.log(value / first) / Math.log(after / before);
    return product * (of(name) / before) ** power;
  }, first);
}
