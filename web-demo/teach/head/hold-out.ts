// Keeps a fifth of the examples apart, by which a head is judged that has not seen them.
import { sha256 } from '../../../models/sha256.ts';

/** Of an example: its class, and in which recording of a camera it was taken, where neighbors are nearly alike. */
export interface Origin {
  readonly label: number;
  readonly recording?: number | undefined;
}

/** Indices of examples. */
export interface Split {
  readonly train: readonly number[];
  readonly heldOut: readonly number[];
}

const SHARE = 1 / 5;

/** Pictures of a recording on either side of which it may be divided: about a second of a camera. */
const GAP = 8;

/**
 * Keeps about a fifth of each class apart: whole recordings where there are several of a class, else the end of one, and then
 * what was taken right before it is in neither part. A class of one example has none to keep.
 *
 * @param origins - in the order in which the examples were given.
 * @param seed - which of them are kept: the same ones for the same seed.
 */
export function holdOut(origins: readonly Origin[], seed: number): Split {
  const heldOut = new Set<number>();
  const left = new Set<number>();
  for (const label of new Set(origins.map((each) => each.label))) {
    const groups = groupsOf(origins, label, seed);
    const n = groups.reduce((sum, { length }) => sum + length, 0);
    const wanted = n < 2 ? 0 : Math.max(1, Math.round(n * SHARE));
    let taken = 0;
    let longest: readonly number[] = [];
    for (const group of groups)
      if (taken + group.length <= wanted) {
        for (const index of group) heldOut.add(index);
        taken += group.length;
      } else if (group.length > longest.length) longest = group;
    if (taken >= wanted / 2 || longest.length < 2) continue;
    const keep = wanted - taken;
    const end = longest.slice(-keep);
    const before = longest.slice(0, -keep);
    for (const index of end) heldOut.add(index);
    // At least half of what is before stays.
    for (const index of before.slice(-Math.min(GAP, Math.floor(before.length / 2)) || before.length))
      left.add(index);
  }
  const indices = origins.map((_, i) => i);
  return {
    train: indices.filter((i) => !heldOut.has(i) && !left.has(i)),
    heldOut: indices.filter((i) => heldOut.has(i)),
  };
}

/** The recordings of a class, in an order of the seed's; what is in no recording is one of its own. */
function groupsOf(origins: readonly Origin[], label: number, seed: number): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, origin] of origins.entries()) {
    if (origin.label !== label) continue;
    const key = origin.recording === undefined ? `example ${i}` : `recording ${origin.recording}`;
    const group = groups.get(key) ?? [];
    group.push(i);
    groups.set(key, group);
  }
  return [...groups]
    .map(([key, group]) => ({ place: sha256(`${seed} ${key}`), group }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ group }) => group);
}
