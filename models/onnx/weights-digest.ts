// What a model's weights are, as one digest.
import { createHash } from 'node:crypto';
import type { Card } from '../card.ts';
import { proofOf } from '../card-proof.ts';
import { tensorsOf } from './every-tensor.ts';
import type { ModelProto, TensorProto } from './types.ts';
import { weightParts } from './weight-parts.ts';

/**
 * SHA-256 over places, types, shapes and elements of all arrays of a model, in the order of their places: the weights
 * by their names, and what is in constants, branches and functions. It is the same whichever form the elements have.
 */
export function digestWeights(model: ModelProto): string {
  return digestOf(tensorsOf(model));
}

/** What is wrong with a file whose weights are not those of its card. */
export const WEIGHTS_CHANGED = 'the weights are not those that were exported';

/**
 * The digest of a file's weights by the rule of its card: it is the card's own where they are the same. Older cards say
 * nothing of constants, branches and functions.
 */
export function digestByCard(model: ModelProto, card: Card): string {
  const older = proofOf(card) === 'older' && digestInitializers(model) === card.weightsDigest;
  return older ? card.weightsDigest : digestWeights(model);
}

/** The same over the weights alone, as cards without a digest of their own have it. */
function digestInitializers({ graph }: ModelProto): string {
  return digestOf(new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor])));
}

function digestOf(tensors: ReadonlyMap<string, TensorProto>): string {
  const hash = createHash('sha256');
  for (const part of weightParts(tensors)) hash.update(part);
  return hash.digest('hex');
}
