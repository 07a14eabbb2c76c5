// Whether a card is the one that was written with its model: labels, sizes, temperature and expected answers belong together.
import { canonicalJson } from './canonical.ts';
import { asWritten } from './card/as-written.ts';
import type { Card } from './card.ts';
import { sha256 } from './sha256.ts';

/**
 * `holds`: everything that decides about an answer, or says how good answers are, is as it was written.
 * `older`: the card was written before cards proved this. `changed`: it is not as it was written.
 */
export type CardProof = 'holds' | 'older' | 'changed';

/**
 * SHA-256 over a card, by which its parts prove each other: the labels, the rule for pictures, the temperature, the
 * expected answers and the digest of the weights. Name and description may be changed; the recipe has its own digest.
 */
export function cardDigestOf(card: Card): string {
  const unproven = { name: undefined, description: undefined, recipe: undefined, cardDigest: undefined };
  return sha256(canonicalJson({ ...asWritten(card), ...unproven }));
}

/** The card with its digest: to be called once, by what makes the model. */
export function withDigest<C extends Card>(card: C): C {
  return { ...card, cardDigest: cardDigestOf(card) };
}

export function proofOf(card: Card): CardProof {
  if (card.cardDigest === undefined) return 'older';
  return card.cardDigest === cardDigestOf(card) ? 'holds' : 'changed';
}

/** What is wrong with a card that was changed. */
export const CARD_CHANGED =
  'its card is not as it was written with the model: labels, the rule for pictures, expected answers or another part have been changed, or a newer version of Trainyard wrote it. Export the model again';
