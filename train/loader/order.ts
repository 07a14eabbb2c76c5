// In which order an epoch shows its pictures: each once, shuffled, or every class as often.
import type { Split } from '../datasets/dataset.ts';
import { permutation, random } from '../random.ts';

/** Pictures by their index, and for each how often this epoch has shown it before. */
export interface Order {
  readonly pictures: Uint32Array;
  readonly repeats: Uint32Array;
}

/** The pictures of a class, the order in which they come, and how many have come. */
interface Shown {
  readonly own: readonly number[];
  order: Uint32Array;
  shown: number;
}

/** All `n` pictures once. */
export function shuffled(n: number, seed: number, epoch: number): Order {
  return { pictures: permutation(n, random(seed, 'shuffle', epoch)), repeats: new Uint32Array(n) };
}

/**
 * As many pictures as there are, every class as often as another, to within one: rounds in which each class has one picture.
 * The pictures of a class come in a shuffled order, and when all have been shown in another one.
 */
export function balanced({ labels, n }: Pick<Split, 'labels' | 'n'>, seed: number, epoch: number): Order {
  const next = random(seed, 'balanced', epoch);
  const byClass = new Map<number, number[]>();
  for (const [index, label] of labels.entries()) {
    const own = byClass.get(label);
    if (own === undefined) byClass.set(label, [index]);
    else own.push(index);
  }
  const classes = [...byClass.values()].map((own): Shown => ({ own, order: new Uint32Array(), shown: 0 }));
  const [pictures, repeats] = [new Uint32Array(n), new Uint32Array(n)];
  for (let at = 0; at < n; )
    for (const which of permutation(classes.length, next)) {
      const one = classes[which];
      if (one === undefined || at === n) break;
      const { own, shown } = one;
      if (shown % own.length === 0) one.order = permutation(own.length, next);
      pictures[at] = own[one.order[shown % own.length] ?? 0] ?? 0;
      repeats[at++] = Math.floor(shown / own.length);
      one.shown++;
    }
  return { pictures, repeats };
}
