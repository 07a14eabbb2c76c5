// The pictures to look at, the worst first, each with its reason.
import { confidentLearning, margins } from './confident-learning.ts';

/** Why a picture should be looked at, in words, the most certain reason first. */
export const reasons = {
  contradiction: 'looks the same as a picture with another label',
  label: 'its label is likely wrong',
  unsure: 'the network is not sure of it',
  copy: 'looks the same as another picture of its class',
} as const;

export type Reason = keyof typeof reasons;

const ORDER = Object.keys(reasons);

export interface Suspect {
  /** Which of the pictures. */
  readonly place: number;
  readonly reason: Reason;
  /** Index of the class that it may be. */
  readonly suggested?: number;
  /** From 0, certainly wrong, to 1: its label's normalized margin. */
  readonly margin: number;
  /** Of those that look the same, the others. */
  readonly alike: readonly number[];
}

export interface Judged {
  /** `[N]`, indices of classes; -1 of a picture that is dropped. */
  readonly labels: readonly number[];
  /** `[N,classes]`, out of fold. */
  readonly probabilities: ArrayLike<number>;
  readonly classes: number;
  /** `[N]` */
  readonly folds: readonly number[];
  /** Places of pictures that look the same. */
  readonly units: readonly (readonly number[])[];
}

/** Below this the most probable class is no majority. */
const MAJORITY = 0.5;

/**
 * First pictures that look the same under several labels, then labels that are wrong by confident learning, then those of
 * which the network is unsure, then copies under one label but for the first of each; among equal reasons by margin.
 */
export function findSuspects(judged: Judged): Suspect[] {
  const { labels, probabilities, classes, units } = judged;
  const known = knownPlaces(judged);
  const of = (place: number) =>
    Array.from({ length: classes }, (_, j) => probabilities[place * classes + j] ?? 0);
  const asked = {
    labels: known.map((place) => labels[place] ?? 0),
    probabilities: known.flatMap(of),
    classes,
  };
  const { guesses, issues } = confidentLearning(asked);
  const own = margins(asked);
  const marginOf = new Map(known.map((place, k) => [place, own[k] ?? 1]));
  const wrong = new Map(issues.map((k) => [known[k] ?? 0, guesses[k] ?? 0]));

  const suspects = new Map<number, Suspect>();
  const add = (place: number, reason: Reason, suggested?: number, alike: readonly number[] = []) => {
    if (suspects.has(place)) return;
    const margin = marginOf.get(place) ?? 1;
    suspects.set(place, { place, reason, margin, alike, ...(suggested !== undefined && { suggested }) });
  };
  const twins = units
    .map((unit) => unit.filter((place) => (labels[place] ?? -1) >= 0))
    .filter(({ length }) => length > 1);
  for (const unit of twins) {
    const names = new Set(unit.map((place) => labels[place]));
    if (names.size < 2) continue;
    for (const place of unit) {
      const others = unit.filter((each) => each !== place);
      const [suggested] = others
        .flatMap((each) => (labels[each] === labels[place] ? [] : (labels[each] ?? [])))
        .sort((a, b) => (of(place)[b] ?? 0) - (of(place)[a] ?? 0));
      add(place, 'contradiction', suggested, others);
    }
  }
  for (const [place, guess] of wrong) add(place, 'label', guess);
  for (const place of known) {
    const row = of(place);
    const most = Math.max(...row);
    const likeliest = row.indexOf(most);
    if (likeliest !== labels[place]) add(place, 'unsure', likeliest);
    else if (most < MAJORITY) add(place, 'unsure');
  }
  for (const [first = -1, ...copies] of twins)
    for (const place of copies) add(place, 'copy', undefined, [first]);
  const rank = ({ reason }: Suspect) => ORDER.indexOf(reason);
  return [...suspects.values()].sort((a, b) => rank(a) - rank(b) || a.margin - b.margin || a.place - b.place);
}

/** Of a class with fewer pictures, so few are left to learn it from that each of its labels would be called wrong. */
const FEWEST = 5;

/** Pictures whose class has enough of them, and not all in one fold. */
function knownPlaces({ labels, folds }: Judged): number[] {
  const foldsOf = new Map<number, number[]>();
  for (const [i, label] of labels.entries())
    if (!foldsOf.get(label)?.push(folds[i] ?? 0)) foldsOf.set(label, [folds[i] ?? 0]);
  const isKnown = (label: number) => {
    const own = foldsOf.get(label) ?? [];
    return label >= 0 && own.length >= FEWEST && new Set(own).size > 1;
  };
  const known = new Set([...foldsOf.keys()].filter(isKnown));
  return labels.flatMap((label, i) => (known.has(label) ? [i] : []));
}
