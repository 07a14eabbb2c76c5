// Random numbers without state: each is a function of a seed, a stream's name and a position such as (epoch, index).

/** Draws uniformly from [0, 1) in steps of 2^-32. */
export type Random = () => number;

// One generator takes three 32-bit seeds: the same words hashed under three keys (the first three primes above 2^16).
const keys = [0x10001, 0x10003, 0x1000f] as const;

/**
 * The generator that belongs to one position of one stream. The same arguments always give the same numbers,
 * which is what makes an interrupted training resume to the bit; different ones give unrelated numbers.
 *
 * @param seed the run's seed, a safe integer
 * @param stream what the numbers are for, such as `'shuffle'`
 * @param position safe integers, such as epoch and index
 * @throws RangeError if the seed or a position isn't a safe integer
 */
export function random(seed: number, stream: string, ...position: number[]): Random {
  const words = wordsOf(seed, stream, position);
  return sfc32(murmur3(words, keys[0]), murmur3(words, keys[1]), murmur3(words, keys[2]));
}

/** Two signed 32-bit integers that belong to one position of one stream: the seed of TensorFlow's stateless operations. */
export function seedPair(seed: number, stream: string, ...position: number[]): [number, number] {
  const words = wordsOf(seed, stream, position);
  return [murmur3(words, keys[0]) | 0, murmur3(words, keys[1]) | 0];
}

/**
 * One draw from the standard normal distribution, from two of `next`'s.
 * Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
 */
export function normal(next: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - next()));
  return radius * Math.cos(2 * Math.PI * next());
}

/**
 * The numbers 0..n-1 in random order.
 * Source: Durstenfeld's form of the Fisher-Yates shuffle (Algorithm 235, 1964).
 */
export function permutation(n: number, next: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, index) => index);
  for (let last = n - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const held = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = held;
  }
  return order;
}

/**
 * Chris Doty-Humphrey's "small fast counting" generator with 32-bit words, of PractRand 0.95
 * (https://pracrand.sourceforge.net), with its 15 rounds of warming up for three seeds.
 */
export function sfc32(seedA: number, seedB: number, seedC: number): Random {
  let a = seedA | 0;
  let b = seedB | 0;
  let c = seedC | 0;
  let counter = 1;
  const next = () => {
    const drawn = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return (drawn >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

/**
 * Austin Appleby's MurmurHash3_x86_32 over whole 32-bit words
 * (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp), as an unsigned 32-bit integer.
 */
export function murmur3(words: readonly number[], key: number): number {
  let hash = key | 0;
  for (const word of words) {
    const product = Math.imul(word, 0xcc9e2d51);
    hash ^= Math.imul((product << 15) | (product >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The arguments as 32-bit words, so that no two lists of arguments give the same words. */
function wordsOf(seed: number, stream: string, position: readonly number[]): number[] {
  const words = [...halves(seed, 'seed'), stream.length];
  for (let index = 0; index < stream.length; index++) words.push(stream.charCodeAt(index));
  for (const place of position) words.push(...halves(place, `position of stream '${stream}'`));
  return words;
}

function halves(integer: number, what: string): [number, number] {
  if (!Number.isSafeInteger(integer)) {
    throw new RangeError(`${what}: expected an integer within ±(2^53 - 1), received ${integer}`);
  }
  return [integer | 0, Math.floor(integer / 2 ** 32) | 0];
}
