// What is promised of cards that other versions wrote: what proves itself goes on proving itself, and what does not is told apart.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkCard, readCard } from '../../models/card.ts';
import { proofOf } from '../../models/card-proof.ts';
import { shippedModels } from '../shipped.ts';
import older from './older-card.json' with { type: 'json' };

it('reads the digest of a card as it was written, whatever fields have come since', () => {
  const shipped = [shippedModels.digits, shippedModels.cifar].map((path) => readCard(readFileSync(path)));
  expect([...shipped, checkCard(older)].map(proofOf)).toEqual(['holds', 'holds', 'older']);
});
