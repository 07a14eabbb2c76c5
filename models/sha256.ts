// SHA-256 of texts and bytes, everywhere: a page without https has no Web Crypto.

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const [ROUNDS, START] = [roots(64, Math.cbrt), roots(8, Math.sqrt)] as const;

/** SHA-256 of a text as UTF-8, in 64 hex digits. */
export function sha256(text: string): string {
  return sha256Of([text]);
}

const BLOCK = 64;

/**
 * SHA-256 of texts (as UTF-8) and bytes one after another, in 64 hex digits.
 * Reference: FIPS 180-4, sections 5 and 6.2.
 */
export function sha256Of(parts: Iterable<string | Uint8Array>): string {
  const utf8 = new TextEncoder();
  const hash = Uint32Array.from(START);
  const words = new Uint32Array(BLOCK);
  const block = new Uint8Array(BLOCK);
  const view = new DataView(block.buffer);
  let length = 0;
  const add = (bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length; ) {
      const at = length % BLOCK;
      const piece = bytes.subarray(from, from + BLOCK - at);
      block.set(piece, at);
      from += piece.length;
      length += piece.length;
      if (length % BLOCK > 0) continue;
      for (let t = 0; t < 16; t++) words[t] = view.getUint32(t * 4);
      compress(hash, words);
    }
  };
  for (const part of parts) add(typeof part === 'string' ? utf8.encode(part) : part);
  const end = new Uint8Array(BLOCK - ((length + 8) % BLOCK) + 8);
  end[0] = 0x80;
  new DataView(end.buffer).setBigUint64(end.length - 8, BigInt(length) * 8n);
  add(end);
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('');
}

function compress(hash: Uint32Array, words: Uint32Array): void {
  const word = (t: number) => words[t] ?? 0;
  // Stryker disable next-line EqualityOperator: a value behind the end of a typed array is dropped
  for (let t = 16; t < 64; t++) {
    const [early, late] = [word(t - 15), word(t - 2)];
    const small = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const large = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[t] = small + large + word(t - 16) + word(t - 7);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let t = 0; t < 64; t++) {
    const chosen = (e & f) ^ (~e & g);
    const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + chosen + (ROUNDS[t] ?? 0) + word(t)) | 0;
    const most = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + most) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) hash[i] = (hash[i] ?? 0) + value;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function roots(n: number, root: (value: number) => number): Uint32Array {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < n; candidate++)
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  // The lowest 32 bits alone are kept: those of the fraction.
  return Uint32Array.from(primes, (prime) => root(prime) * 2 ** 32);
}
