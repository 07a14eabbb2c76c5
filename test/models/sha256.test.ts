// SHA-256 that runs everywhere, held against Node's.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256, sha256Of } from '../../models/sha256.ts';

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

it('is the same of bytes and texts, wherever they are cut', () => {
  const part = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const node = createHash('sha256');
      for (const each of parts) node.update(each);
      expect(sha256Of(parts)).toBe(node.digest('hex'));
    }),
    { numRuns: 300 },
  );
});
