// Whether a model file was made elsewhere: what it says of itself needs more proof than what an export has compared.
import type { Card } from './card.ts';

/** Files of one label say it by what they say of their output; of others nobody knows what they were trained on. */
export function isFromElsewhere(card: Card): boolean {
  if (card.task === 'single') return card.output.values !== undefined;
  return card.parity === null && card.datasets.length === 0;
}
