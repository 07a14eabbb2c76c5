// Whether a picture is of a kind that a model has seen: how its card says it.
import type { Card } from './card.ts';

/** The output of a model file that says how strange a picture is: float32 `[N,1]`, from 0 to 1. */
export const NOVELTY = 'novelty';

/** What an answer says beside its labels. */
export interface Familiarity {
  /** Whether the picture is of a kind that the model was made for; if not, its label means nothing. */
  readonly known: boolean;
  /** How strange the picture is, from 0 to 1: above the card's threshold it is not known. */
  readonly novelty: number;
}

/** @returns nothing where the card has no threshold. */
export function familiarityOf(
  { novelty }: Pick<Card, 'novelty'>,
  score: number | undefined,
): Familiarity | undefined {
  if (novelty === undefined || score === undefined) return undefined;
  return { known: score <= novelty.threshold, novelty: score };
}
