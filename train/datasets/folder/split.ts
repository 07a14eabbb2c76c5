// Which pictures are kept for validation: decided by each picture's own bytes, so that new files move none across.
import type { Found } from './listing.ts';
import type { Side } from './sides.ts';

/** A picture as far as the split asks. */
export interface Splittable extends Pick<Found, 'label' | 'split'> {
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string;
}

/**
 * The side of each picture. Where the folder does not say, a picture is for validation if its hash, as a number from
 * 0 to 1, is below `share`: the choice depends on nothing else, copies of a picture stay together, and each class
 * gives about `share` of its pictures. (No rule can give exactly that share and never move a picture: what is right
 * for three pictures depends on which of them came last.)
 *
 * A class of two pictures or more, those of a test left out, is never without one on either side: it lends the picture with the lowest hash to
 * validation, or the one with the highest to training, until others come. A class of one picture trains.
 */
export function assignSplits(pictures: readonly Splittable[], share: number): Side[] {
  const sides = pictures.map(({ split, hash }) => split ?? (fraction(hash) < share ? 'valid' : 'train'));
  const free = new Map<string, number[]>();
  for (const [i, { label, split }] of pictures.entries())
    if (split === undefined) free.set(label, [...(free.get(label) ?? []), i]);
  for (const [label, own] of free) {
    const all = pictures.flatMap((picture, i) => (picture.label === label ? [i] : []));
    const hashes = [...new Set(own.map((i) => pictures[i]?.hash ?? ''))].sort();
    const isBare = (side: Side) => all.every((i) => sides[i] !== side);
    const move = (hash: string | undefined, side: Side) => {
      for (const i of own) if (pictures[i]?.hash === hash) sides[i] = side;
    };
    if (share > 0 && hashes.length > 1 && isBare('valid')) move(hashes[0], 'valid');
    else if (isBare('train')) move(hashes.at(-1), 'train');
  }
  return sides;
}

/** A SHA-256 as a number from 0 to 1, by its first 48 bits. */
function fraction(hash: string): number {
  return Number.parseInt(hash.slice(0, 12), 16) / 2 ** 48;
}
