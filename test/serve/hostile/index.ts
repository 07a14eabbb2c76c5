// The attacks, by number: the same number is the same attack, and any thousand of them has all kinds.
import { random } from '../../../train/random.ts';
import type { Attack, Family } from './attack.ts';
import { containers } from './containers.ts';
import { asking, compressed, marked } from './encodings.ts';
import { broken, endless } from './forms.ts';
import { chunks, lengths, paths, requests } from './http.ts';
import { binary, classifyJson, json } from './inference.ts';
import { claiming, cut, damaged, large, noPicture, polyglot } from './pictures.ts';
import { thin } from './thin.ts';
import { tiny } from './tiny-parts.ts';

/** Families with their shares; what costs the attacker's machine much as well is rarer. */
const shares: readonly [family: Family, share: number][] = [
  [damaged, 330],
  [cut, 100],
  [polyglot, 40],
  [noPicture, 40],
  [claiming, 60],
  [large, 2],
  [broken, 100],
  [endless, 8],
  [lengths, 50],
  [chunks, 20],
  [paths, 90],
  [requests, 50],
  [json, 50],
  [binary, 30],
  [classifyJson, 30],
  [thin, 12],
  [tiny, 12],
  [containers, 120],
  [compressed, 20],
  [marked, 10],
  [asking, 20],
];

const total = shares.reduce((sum, [, share]) => sum + share, 0);

/** The attack of a number. */
export async function attack(number: number, seed = 1): Promise<Attack> {
  const next = random(seed, 'hostile', number);
  let place = next() * total;
  for (const [family, share] of shares) {
    if (place < share) return family(next);
    place -= share;
  }
  throw new Error(`no family at ${place}`);
}
