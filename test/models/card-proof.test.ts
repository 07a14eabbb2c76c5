// What is promised of cards that other versions wrote: what proves itself goes on proving itself, and what does not is told apart.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCard } from '../../models/card.ts';
import { proofOf } from '../../models/card-proof.ts';
import { shippedModels } from '../shipped.ts';

it('reads the digest of a card as it was written, whatever fields have come since', () => {
  const proofs = [shippedModels.digits, shippedModels.cifar].map((path) =>
    proofOf(readCard(readFileSync(path))),
  );
  expect(proofs).toEqual(['holds', 'older']);
});
