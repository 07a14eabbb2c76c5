// SHA-256 that runs everywhere, held against Node's.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../../models/sha256.ts';

it('is that of Node, for texts of every length around a block and for any characters', () => {
  const node = (text: string) => createHash('sha256').update(text).digest('hex');
  for (let length = 0; length < 200; length++) {
    const text = 'ä€x'.repeat(length).slice(0, length);
    expect(sha256(text)).toBe(node(text));
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => sha256(text) === node(text)),
    { numRuns: 200 },
  );
});
