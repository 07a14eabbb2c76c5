// The side of each picture: as its folder says, by its own bytes, or by groups and folds, whose pictures stay together.
import { counted } from '../../../models/counted.ts';
import { UserError } from '../../../models/errors.ts';
import type { TargetTask } from '../../tasks/task.ts';
import { assignUnits, type UnitCounts } from './assign-units.ts';
import type { Found } from './listing.ts';
import type { Side } from './sides.ts';
import { assignSplits } from './split.ts';
import { strataOf } from './strata.ts';
import { type Unitable, unitsOf } from './units.ts';

/** A picture as far as this asks. */
export type Sidable = Pick<Found, 'label' | 'answers' | 'split'> & Unitable;

/** One of several folds: each of them validates in a training of its own. */
export interface Fold {
  readonly of: number;
  /** From 1. */
  readonly at: number;
}

export interface SideOptions {
  readonly task: TargetTask | undefined;
  /** Share of the pictures for validation. */
  readonly valid: number;
  readonly fold?: Fold | undefined;
  /** Looks at a pair of pictures more closely, whose perceptual hashes are near. */
  isSame(i: number, j: number): boolean;
}

export interface Sides {
  readonly sides: readonly Side[];
  /** Pictures of each fold. */
  readonly folds?: readonly number[];
  /** How they came about, in words, where neither the folder nor the content of each picture alone says it. */
  readonly how?: string;
  readonly notes: readonly string[];
}

/** @throws UserError where there are more folds than pictures that may be apart */
export function chooseSides(pictures: readonly Sidable[], options: SideOptions): Sides {
  const { task, valid, fold } = options;
  const isGrouped = pictures.some(({ group }) => group !== undefined);
  if (fold === undefined && !isGrouped) {
    // Of sets of labels, and of numbers, many are of one picture: all are split as one class.
    const plain = pictures.map((picture) => (task === undefined ? picture : { ...picture, label: '' }));
    return { sides: assignSplits(plain, valid), notes: [] };
  }
  // Pictures of a test are on a side already.
  const places = pictures.flatMap(({ split }, i) => (split === 'test' ? [] : [i]));
  const free = places.flatMap((i) => pictures[i] ?? []);
  const { units, tooAlike } = unitsOf(free, (i, j) => options.isSame(places[i] ?? 0, places[j] ?? 0));
  const strata = strataOf(free, task);
  const counts = units.map((unit) => countsOf(unit, strata.of));
  const parts =
    fold === undefined
      ? heldOut(units, counts, strata.count, free, valid)
      : assignUnits(counts, strata.count, new Array<number>(fold.of).fill(1 / fold.of));
  if (fold !== undefined && units.length < fold.of)
    throw new UserError(
      `--folds ${fold.of} are more than the ${units.length} pictures, or groups of pictures, that may be apart: expected ${units.length} at most.`,
    );
  const sides = pictures.map(({ split }): Side => split ?? 'train');
  for (const [u, unit] of units.entries())
    for (const k of unit) {
      const given = fold === undefined ? free[k]?.split : undefined;
      const validates = parts[u] === (fold === undefined ? 0 : fold.at - 1);
      sides[places[k] ?? -1] = given ?? (validates ? 'valid' : 'train');
    }
  const folds =
    fold &&
    Array.from({ length: fold.of }, (_, part) =>
      units.reduce((sum, unit, u) => sum + (parts[u] === part ? unit.length : 0), 0),
    );
  return {
    sides,
    ...(folds && { folds }),
    how: howInWords(options, isGrouped),
    notes: [
      ...largeGroups(free, fold === undefined ? valid : 1 / fold.of),
      ...splitGroups(pictures, sides),
      ...(folds && free.some(({ split }) => split === 'valid')
        ? ['What is for validation is in the folds, as what is to train on is.']
        : []),
      ...(folds ? [`Pictures of the ${folds.length} folds: ${folds.join(', ')}.`] : []),
      ...(tooAlike === 0
        ? []
        : [
            `${counted(tooAlike, 'picture')} look like so many others that looks do not say which belong together: of those copies and groups alone stay together.`,
          ]),
    ],
  };
}

function countsOf(unit: readonly number[], of: readonly (readonly number[])[]): UnitCounts {
  const counts = new Map<number, number>();
  for (const i of unit) for (const label of of[i] ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** The part of each unit, 0 for validation and 1 for training; a class of two units or more is on either side. */
function heldOut(
  units: readonly (readonly number[])[],
  counts: readonly UnitCounts[],
  classes: number,
  free: readonly Sidable[],
  valid: number,
): number[] {
  const having = Array.from({ length: classes }, (): number[] => []);
  for (const [u, own] of counts.entries()) for (const label of own.keys()) having[label]?.push(u);
  const pinned = units.map((unit, u) => {
    const given = unit.flatMap((i) => free[i]?.split ?? []);
    // A class that is in one unit alone is trained on.
    const isOnly = [...(counts[u]?.keys() ?? [])].some((label) => having[label]?.length === 1);
    if (given.includes('train') || isOnly) return 1;
    return given.includes('valid') ? 0 : undefined;
  });
  const parts = assignUnits(counts, classes, [valid, 1 - valid], pinned);
  for (const own of having)
    for (const part of [1, 0]) {
      const movable = own.filter((u) => pinned[u] === undefined);
      if (own.length < 2 || own.some((u) => parts[u] === part)) continue;
      // The smallest that leaves no class without one.
      const [moved] = movable
        .filter((u) =>
          [...(counts[u]?.keys() ?? [])].every((label) =>
            having[label]?.some((other) => other !== u && parts[other] === 1 - part),
          ),
        )
        .sort((a, b) => (units[a]?.length ?? 0) - (units[b]?.length ?? 0) || a - b);
      if (moved !== undefined) parts[moved] = part;
    }
  return parts;
}

function howInWords({ valid, fold }: SideOptions, isGrouped: boolean): string {
  const together = `${isGrouped ? 'groups and ' : ''}pictures that look the same stay together`;
  return fold === undefined
    ? `about ${Math.round(valid * 100)} % of each class; ${together}`
    : `fold ${fold.at} of ${fold.of}, of each class about as many in each; ${together}`;
}

/** Groups that are named; more would hide the rest. */
const SHOWN = 3;

/** Groups that are larger than a part should be. */
function largeGroups(pictures: readonly Sidable[], share: number): string[] {
  const sizes = new Map<string, number>();
  for (const { group } of pictures) if (group !== undefined) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const large = [...sizes].filter(([, size]) => size > share * pictures.length).sort((a, b) => b[1] - a[1]);
  if (large.length === 0) return [];
  const shown = large.slice(0, SHOWN).map(([name, size]) => `${JSON.stringify(name)} has ${size}`);
  return [
    `${large.length === 1 ? 'A group is' : `${large.length} groups are`} larger than the ${Math.round(share * 100)} % that a part should have of ${pictures.length} pictures, and ${large.length === 1 ? 'stays' : 'stay'} together all the same: ${shown.join(', ')}${large.length > SHOWN ? ', ...' : ''}.`,
  ];
}

/** Groups on several sides, which the folder or the table says. */
function splitGroups(pictures: readonly Sidable[], sides: readonly Side[]): string[] {
  const sidesOf = new Map<string, Set<Side>>();
  for (const [i, { group }] of pictures.entries()) {
    const side = sides[i];
    if (group === undefined || side === undefined) continue;
    sidesOf.set(group, (sidesOf.get(group) ?? new Set()).add(side));
  }
  const split = [...sidesOf].filter(([, own]) => own.size > 1).map(([name]) => JSON.stringify(name));
  if (split.length === 0) return [];
  return [
    `${counted(split.length, 'group')} with pictures on several sides, as the folder or the table says: ${split.slice(0, SHOWN).join(', ')}${split.length > SHOWN ? ', ...' : ''}. Errors of those are lower than they should be.`,
  ];
}
