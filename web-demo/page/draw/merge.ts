// Merges what belongs together, pair by pair, the surest pair first.

/** Something that can be merged; `id` counts up in the order in which they were made. */
export interface Mergeable {
  readonly id: number;
}

/** An item and the best of the partners that it owns the pairs with. */
interface Choice<T> {
  readonly owner: T;
  /** By the partner's id. */
  readonly scores: Float64Array;
  partner: T | undefined;
  score: number;
}

/**
 * Merges the two that belong together most, until no two do. Of equal pairs the one that came up first is merged: pairs of
 * `items` in their order, then those of what was merged.
 *
 * Each item remembers the best of its partners, so that a merge scores the new item with all others, and not all with all.
 *
 * @param items - with the ids 0, 1, 2 and so on.
 * @param score - above 0 for two that belong together: the more, the surer.
 * @param join - makes one of two; `id` is that of the new one.
 */
export function mergeLikely<T extends Mergeable>(
  items: readonly T[],
  score: (a: T, b: T) => number,
  join: (a: T, b: T, id: number) => T,
): T[] {
  let next = items.length;
  let choices: Choice<T>[] = []; // in the order of the owners' ids

  /** A pair of items belongs to the earlier one, any other to the later one. */
  function own(owner: T, partners: readonly T[]): Choice<T> {
    const scores = new Float64Array(next);
    for (const partner of partners) scores[partner.id] = score(owner, partner);
    return chosen({ owner, scores, partner: undefined, score: 0 }, partners);
  }

  function chosen(choice: Choice<T>, partners: readonly T[]): Choice<T> {
    choice.partner = undefined;
    choice.score = 0;
    for (const partner of partners) {
      const value = choice.scores[partner.id] ?? 0;
      if (value <= choice.score) continue;
      choice.score = value;
      choice.partner = partner;
    }
    return choice;
  }

  choices = items.map((owner, i) => own(owner, items.slice(i + 1)));
  for (;;) {
    let best: Choice<T> | undefined;
    for (const choice of choices) if (choice.score > (best?.score ?? 0)) best = choice;
    if (!best?.partner) return choices.map(({ owner }) => owner);
    const { owner: a, partner: b } = best;
    choices = choices.filter(({ owner }) => owner !== a && owner !== b);
    const left = choices.map(({ owner }) => owner);
    choices.forEach((choice, i) => {
      if (choice.partner !== a && choice.partner !== b) return;
      const isItem = choice.owner.id < items.length;
      chosen(choice, isItem ? left.slice(i + 1) : left.slice(0, i)); // what an item doesn't own scores 0 with it
    });
    choices.push(own(join(a, b, next++), left));
  }
}
