// Groups and folds: what stays together, what is even, and scikit-learn's StratifiedGroupKFold on the same groups.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assignUnits } from '../../../../train/datasets/folder/assign-units.ts';
import { chooseSides, type Sidable } from '../../../../train/datasets/folder/choose-sides.ts';
import { grouped } from '../../../../train/datasets/folder/groups.ts';
import type { Listing } from '../../../../train/datasets/folder/listing.ts';
import { strataOf } from '../../../../train/datasets/folder/strata.ts';
import { readTable } from '../../../../train/datasets/folder/table/table.ts';
import { temporaryPlace } from './pictures.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const pictureOf = (i: number, more: Partial<Sidable> & { label: string }): Sidable => ({
  split: undefined,
  hash: sha256(`picture ${i}`),
  look: sha256(`look ${i}`).slice(0, 16),
  ...more,
});
const options = { task: undefined, valid: 0.2, isSame: () => true } as const;

describe('parts', () => {
  const { cases } = z
    .object({
      cases: z.array(
        z.object({
          folds: z.number(),
          counts: z.array(z.array(z.number())),
          fold: z.array(z.number()),
        }),
      ),
    })
    .parse(JSON.parse(readFileSync(new URL('./stratified-groups.json', import.meta.url), 'utf8')));

  /** Which units are together, whatever their part is called. */
  const together = (parts: readonly number[]) => parts.map((part) => parts.indexOf(part));
  /** What both minimize: the mean over the classes of the deviation over the folds of a class's share. */
  const spreadOf = (counts: number[][], parts: readonly number[], folds: number) => {
    const classes = counts[0]?.length ?? 0;
    const deviations = Array.from({ length: classes }, (_, label) => {
      const all = counts.reduce((sum, row) => sum + (row[label] ?? 0), 0);
      const shares = Array.from({ length: folds }, (_, k) =>
        counts.reduce((sum, row, i) => sum + (parts[i] === k ? (row[label] ?? 0) / all : 0), 0),
      );
      return Math.sqrt(shares.reduce((sum, share) => sum + (share - 1 / folds) ** 2, 0) / folds);
    });
    return deviations.reduce((sum, value) => sum + value, 0) / classes;
  };

  it('of equal shares are those of StratifiedGroupKFold; where ties are broken by rounding, as even ones', () => {
    expect(cases).toHaveLength(6);
    const equal = cases.map(({ folds, counts, fold }) => {
      const units = counts.map((row) => new Map(row.flatMap((n, i) => (n > 0 ? [[i, n] as const] : []))));
      const parts = assignUnits(units, counts[0]?.length ?? 0, new Array<number>(folds).fill(1 / folds));
      expect(spreadOf(counts, parts, folds)).toBeLessThan(spreadOf(counts, fold, folds) * 1.01 + 1e-12);
      return JSON.stringify(together(parts)) === JSON.stringify(together(fold));
    });
    expect(equal).toEqual([true, true, true, true, false, true]);
  });

  it('of unequal shares have these: of 100 units of two classes a fifth of each', () => {
    const units = Array.from({ length: 100 }, (_, i) => new Map([[i % 4 === 0 ? 0 : 1, 1]]));
    const parts = assignUnits(units, 2, [0.2, 0.8]);
    expect(
      [0, 1].map((label) => parts.filter((part, i) => part === 0 && units[i]?.has(label)).length),
    ).toEqual([5, 15]);
  });
});

/** Pictures of groups: the class and the group of each, a few copies, a few that look alike. */
const pictures = fc
  .array(fc.tuple(fc.nat(2), fc.nat(40), fc.nat(30), fc.nat(200)), { minLength: 60, maxLength: 120 })
  .map((all) =>
    all.map(([label, group, twin, look], i) =>
      pictureOf(i, {
        label: 'abc'[label] ?? '',
        // No value is likelier than another, though small numbers are.
        group: `g${(group + i) % 41}`,
        ...(twin === 17 && { hash: sha256('picture 1') }),
        ...(look >= 100 && look < 104 && { look: `${look - 100}`.repeat(16) }),
      }),
    ),
  );

describe('sides', () => {
  it('never have a group, copies or pictures that look the same on two of them, have about the share, and depend on contents alone', () => {
    fc.assert(
      fc.property(pictures, fc.constantFrom(undefined, { of: 4, at: 1 }), (all, fold) => {
        const { sides } = chooseSides(all, { ...options, fold });
        for (const key of ['group', 'hash', 'look'] as const) {
          const sideOf = new Map<string | undefined, string>();
          for (const [i, picture] of all.entries()) {
            // More than that may look too much alike.
            if (key === 'look' && all.filter(({ look }) => look === picture.look).length > 8) continue;
            const before = sideOf.get(picture[key]);
            if (before !== undefined) expect(sides[i]).toBe(before);
            sideOf.set(picture[key], sides[i] ?? '');
          }
        }
        const n = sides.filter((side) => side === 'valid').length;
        expect(n).toBeGreaterThan(0);
        // Chains of groups that share a look are the largest units.
        expect(n / all.length).toBeLessThan(0.6);
        const order = all.map((_, i) => (i * 7 + 3) % all.length);
        const isPermutation = new Set(order).size === all.length;
        if (!isPermutation) return;
        const again = chooseSides(
          order.flatMap((i) => all[i] ?? []),
          { ...options, fold },
        );
        const copies = new Set(all.map(({ hash }) => hash)).size < all.length;
        if (!copies) expect(again.sides).toEqual(order.map((i) => sides[i]));
      }),
      { numRuns: 25 },
    );
  });

  it('of small groups have the share of each class to within a few pictures', () => {
    const all = Array.from({ length: 300 }, (_, i) =>
      pictureOf(i, { label: i % 3 === 0 ? 'few' : 'many', group: `g${Math.floor(i / 5)}` }),
    );
    const { sides } = chooseSides(all, options);
    const share = (label: string) => {
      const own = all.flatMap((picture, i) => (picture.label === label ? (sides[i] ?? []) : []));
      return own.filter((side) => side === 'valid').length / own.length;
    };
    for (const label of ['few', 'many']) expect(Math.abs(share(label) - 0.2)).toBeLessThan(0.03);
  });

  it('have each class on both, where it is in two groups; in one group alone, it is trained on', () => {
    const all = ['x', 'x', 'y', 'y', 'z'].flatMap((label, i) =>
      Array.from({ length: 4 }, (_, k) => pictureOf(i * 4 + k, { label, group: `g${i}` })),
    );
    for (const valid of [0.2, 0.6]) {
      const { sides } = chooseSides(all, { ...options, valid });
      const sidesOf = (label: string) =>
        [...new Set(all.flatMap((picture, i) => (picture.label === label ? (sides[i] ?? []) : [])))].sort();
      expect(['x', 'y', 'z'].map(sidesOf)).toEqual([['train', 'valid'], ['train', 'valid'], ['train']]);
    }
  });

  it('of folds: every picture that is for no test validates once, evenly by class; too many folds are refused', () => {
    const all = Array.from({ length: 50 }, (_, i) =>
      pictureOf(i, {
        label: i < 20 ? 'a' : 'b',
        split: i % 10 === 0 ? 'test' : i % 3 === 0 ? 'valid' : 'train',
      }),
    );
    const folds = [1, 2, 3, 4, 5].map((at) => chooseSides(all, { ...options, fold: { of: 5, at } }));
    for (const [i, { split }] of all.entries()) {
      const own = folds.map(({ sides }) => sides[i]);
      if (split === 'test') expect(new Set(own)).toEqual(new Set(['test']));
      else expect(own.filter((side) => side === 'valid')).toHaveLength(1);
    }
    // 18 and 27 in five folds: as even as can be.
    for (const { sides } of folds) {
      const of = (label: string) =>
        all.filter((picture, i) => picture.label === label && sides[i] === 'valid').length;
      expect([3, 4]).toContain(of('a'));
      expect([5, 6]).toContain(of('b'));
    }
    expect(folds[0]?.folds).toEqual([9, 9, 9, 9, 9]);
    expect(() => chooseSides(all.slice(0, 4), { ...options, fold: { of: 5, at: 1 } })).toThrow(
      /--folds 5 are more than the 3 pictures.*expected 3 at most/,
    );
  });

  it('of several labels and of numbers are even, too', () => {
    const multi = Array.from({ length: 60 }, (_, i) =>
      pictureOf(i, { label: '', answers: [...(i % 2 ? ['a'] : []), ...(i % 3 ? [] : ['b'])] }),
    );
    const numbers = Array.from({ length: 80 }, (_, i) => pictureOf(i, { label: '', answers: [i * 0.5] }));
    const fold = { of: 4, at: 1 };
    const of = (all: readonly Sidable[], task: 'multi' | 'regression', counts: (p: Sidable) => boolean) => {
      const { sides } = chooseSides(all, { ...options, task, fold });
      return all.filter((picture, i) => sides[i] === 'valid' && counts(picture)).length;
    };
    expect(Math.abs(of(multi, 'multi', () => true) - 15)).toBeLessThanOrEqual(1);
    for (const name of ['a', 'b']) {
      const all = multi.filter(({ answers }) => answers?.some((answer) => answer === name)).length;
      const own = of(multi, 'multi', ({ answers = [] }) => answers.some((answer) => answer === name));
      expect(Math.abs(own - all / 4)).toBeLessThanOrEqual(1);
    }
    for (let k = 0; k < 4; k++)
      expect(of(numbers, 'regression', ({ answers = [] }) => Math.floor(Number(answers[0]) / 10) === k)).toBe(
        5,
      );
    expect(
      strataOf(
        [
          { label: '', answers: [1] },
          { label: '', answers: [1] },
        ],
        'regression',
      ).count,
    ).toBe(2);
  });

  it('say which groups are too large, which the folder has on several sides, and what looks like too much else', () => {
    const all = Array.from({ length: 40 }, (_, i) =>
      pictureOf(i, {
        label: i % 2 ? 'a' : 'b',
        group: i < 12 ? 'large' : `g${Math.floor(i / 4)}`,
        ...(i > 35 && { split: i % 2 ? 'test' : 'train' }),
        ...(i % 4 === 0 && { look: '0'.repeat(16) }),
      }),
    );
    const { notes, how } = chooseSides(all, options);
    expect(how).toBe('about 20 % of each class; groups and pictures that look the same stay together');
    expect(notes).toEqual([
      'A group is larger than the 20 % that a part should have of 38 pictures, and stays together all the same: "large" has 12.',
      '1 group with pictures on several sides, as the folder or the table says: "g9". Errors of those are lower than they should be.',
      '10 pictures look like so many others that looks do not say which belong together: of those copies and groups alone stay together.',
    ]);
  });
});

describe('what groups pictures', () => {
  const listing: Listing = {
    ...{ root: '/photos', layout: 'classes', decides: 'Folders.', problems: [], notes: [] },
    found: ['cat/tom_1.jpg', 'cat/tom_2.jpg', 'dog/rex/rex_1.jpg', 'dog/3.jpg'].map((path) => ({
      ...{ path, label: path.slice(0, 3), split: undefined },
    })),
  };
  const groupsOf = (asked: string) => grouped(listing, asked).found.map(({ group }) => group);

  it('is a folder, or a part of the path; a picture without one is alone, and that is said', () => {
    expect(groupsOf('folder')).toEqual(['cat', 'cat', 'dog/rex', 'dog']);
    expect(groupsOf('([^/]+)_\\d+\\.jpg$')).toEqual(['tom', 'tom', 'rex', undefined]);
    expect(grouped(listing, '([^/]+)_\\d+').notes).toEqual([
      '1 picture without a group by --group ([^/]+)_\\d+: each may be on any side.',
    ]);
  });

  it('is refused where it says nothing', () => {
    for (const [asked, message] of [
      ['patient', /labels of \/photos are in no table; expected a column/],
      ['(x', /is no regular expression/],
      ['(q)', /gives none of the pictures of \/photos a group/],
      ['(\\.jpg)', /puts all pictures of \/photos into one group, "\.jpg"/],
    ] as const)
      expect(() => groupsOf(asked)).toThrow(message);
  });

  it('is a column of a table', () => {
    const place = temporaryPlace();
    try {
      for (const name of 'abc') place.write(`${name}.jpg`, 'x');
      place.write('labels.csv', 'path,label,patient\na.jpg,x,7\nb.jpg,y,\nc.jpg,x,7\n');
      const { found } = readTable(`${place.path}/labels.csv`, { group: 'patient' });
      expect(found.map(({ group }) => group)).toEqual(['7', undefined, '7']);
      expect(readTable(`${place.path}/labels.csv`).found.some(({ group }) => group !== undefined)).toBe(
        false,
      );
      const table: Listing = { ...listing, layout: 'table', found };
      expect(() => grouped({ ...table, found: listing.found }, 'patient')).toThrow(/no row has a cell/);
    } finally {
      place.close();
    }
  });
});
