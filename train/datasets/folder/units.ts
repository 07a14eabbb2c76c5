// Pictures that have to be on one side of a split: of one group, copies, and such as look the same.
import { byCodePoint } from './list-files.ts';
import { type Hashed, pairsAlike } from './near-duplicates.ts';

/** A picture as far as this asks. */
export type Unitable = Pick<Hashed, 'hash' | 'look'> & { readonly group?: string | undefined };

/**
 * Where more than this share of all pictures look the same, one like another, as scans of empty forms do, the look says
 * nothing: they are not kept together.
 */
const MOST_ALIKE = 0.1;
/** So many may be alike in a small folder. */
const FEW = 8;

export interface Units {
  /** Places of the pictures that stay together, by their smallest hash: the order depends on contents alone. */
  readonly units: readonly (readonly number[])[];
  /** Pictures that look the same as too many others to be kept together. */
  readonly tooAlike: number;
}

/** @param isSame - Looks at a pair of pictures more closely, whose perceptual hashes are near. */
export function unitsOf(pictures: readonly Unitable[], isSame: (i: number, j: number) => boolean): Units {
  const alike = createSets(pictures.length);
  const pairs = pairsAlike(pictures, isSame);
  for (const [i, j] of pairs) alike.join(i, j);
  const most = Math.max(FEW, pictures.length * MOST_ALIKE);
  const sizes = new Map(alike.all().map((members) => [alike.rootOf(members[0] ?? 0), members.length]));
  const isUsual = (i: number) => (sizes.get(alike.rootOf(i)) ?? 0) <= most;
  const sets = createSets(pictures.length);
  const firsts = new Map<string, number>();
  for (const [i, { hash, group }] of pictures.entries())
    for (const key of [`hash ${hash}`, ...(group === undefined ? [] : [`group ${group}`])]) {
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, i);
      else sets.join(first, i);
    }
  for (const [i, j] of pairs) if (isUsual(i)) sets.join(i, j);
  const hashOf = (i = 0) => pictures[i]?.hash ?? '';
  const units = sets
    .all()
    .map((unit) => unit.sort((a, b) => byCodePoint(hashOf(a), hashOf(b)) || a - b))
    .sort(([a], [b]) => byCodePoint(hashOf(a), hashOf(b)));
  return { units, tooAlike: pictures.filter((_, i) => !isUsual(i)).length };
}

/** Sets of the numbers below `n`, each alone at first. Reference: Galler and Fischer 1964, doi.org/10.1145/364099.364331 */
function createSets(n: number) {
  const parents = Int32Array.from({ length: n }, (_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] ?? root] ?? root;
      root = parents[root] ?? root;
    }
    return root;
  };
  return {
    rootOf,
    join(i: number, j: number) {
      const [a, b] = [rootOf(i), rootOf(j)];
      parents[Math.max(a, b)] = Math.min(a, b);
    },
    all() {
      const sets = new Map<number, number[]>();
      for (let i = 0; i < n; i++) {
        const root = rootOf(i);
        const set = sets.get(root);
        if (set === undefined) sets.set(root, [i]);
        else set.push(i);
      }
      return [...sets.values()];
    },
  };
}
