// Names of a graph, each of them once: a name that is taken gets a number.
import type { GraphProto } from './types.ts';

/**
 * Gives `base`, or `base_1`, `base_2` and so on where that is taken, and takes it.
 * @param taken - Names that are taken already.
 */
export function uniqueNames(taken: Iterable<string> = []): (base: string) => string {
  const names = new Set(taken);
  /** Where to go on counting: graphs have thousands of nodes with one base. */
  const counts = new Map<string, number>();
  return (base) => {
    for (let count = counts.get(base) ?? 0; ; count++) {
      const name = count === 0 ? base : `${base}_${count}`;
      if (names.has(name)) continue;
      names.add(name);
      counts.set(base, count + 1);
      return name;
    }
  };
}

/** Every name that a value or a node of a graph has. */
export function namesIn({ node, initializer, input }: GraphProto): string[] {
  return [
    ...node.flatMap((each) => [...each.output, each.name ?? '']),
    ...[...initializer, ...input].map(({ name }) => name ?? ''),
  ];
}
