// A share of the changes of an area that is too large to try all: chosen by a hash, and what its score says of the whole.
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { CheckStatus } from '@stryker-mutator/api/check';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { root } from '../../setup/paths.mjs';

/**
 * @typedef {{ fileName: string, mutatorName: string, replacement?: string, location: { start: Position, end: Position } }} Change
 *   a change; its file by absolute path.
 * @typedef {{ line: number, column: number }} Position counted from 1.
 * @typedef {{ part: number, seed: string }} Share the part of all changes, above 0 to 1, and which ones.
 */

/**
 * Whether a change belongs to a share: another seed chooses others, a larger part all of a smaller one and more.
 *
 * @param {Change} change
 * @param {Share} share
 * @returns {boolean}
 */
export function isChosen({ fileName, mutatorName, replacement, location: { start, end } }, { part, seed }) {
  const place = [relative(root, fileName), start.line, start.column, end.line, end.column];
  const hash = createHash('sha256')
    .update(JSON.stringify([seed, ...place, mutatorName, replacement ?? '']))
    .digest();
  return hash.readUInt32BE() / 2 ** 32 < part;
}

/**
 * The share that words ask for: `0.2`.
 *
 * @param {string} part
 * @param {string} seed
 * @returns {Share}
 * @throws RangeError when the part is no number above 0 to 1.
 */
export function shareOf(part, seed) {
  const number = Number(part);
  if (!(number > 0 && number <= 1))
    throw new RangeError(
      `--share ${part} is no number above 0 to 1: of 0.2, a fifth of all changes is tried`,
    );
  return { part: number, seed };
}

/**
 * The interval in which the score of all changes lies with 95 % certainty, in percent. Reference: Wilson, Probable
 * inference, the law of succession, and statistical inference, 1927.
 *
 * @param {number} noticed how many of those tried.
 * @param {number} tried
 * @returns {[number, number]}
 */
export function wilsonInterval(noticed, tried) {
  if (tried === 0) return [0, 100];
  const z = 1.959964;
  const share = noticed / tried;
  const middle = share + z ** 2 / (2 * tried);
  const half = z * Math.sqrt((share * (1 - share)) / tried + (z / (2 * tried)) ** 2);
  const whole = 1 + z ** 2 / tried;
  return [(100 * (middle - half)) / whole, (100 * (middle + half)) / whole];
}

// Stryker asks a checker before it tries a change, in another process, which has these from the one that began.
const { MUTATED_SHARE: part = '1', MUTATED_SEED: seed = '1' } = process.env;

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Checker, 'share', {
    async init() {},
    async check(mutants) {
      return Object.fromEntries(
        mutants.map((mutant) => [
          mutant.id,
          isChosen(fromOne(mutant), { part: Number(part), seed })
            ? { status: CheckStatus.Passed }
            : { status: CheckStatus.CompileError, reason: 'not in the share' },
        ]),
      );
    },
    async group(mutants) {
      return [mutants.map(({ id }) => id)];
    },
  }),
];

/**
 * A change as the results have it: lines and columns are counted from 1 there, and from 0 for a checker.
 *
 * @param {Change} change
 * @returns {Change}
 */
function fromOne(change) {
  const { start, end } = change.location;
  /** @param {Position} position */
  const next = ({ line, column }) => ({ line: line + 1, column: column + 1 });
  return { ...change, location: { start: next(start), end: next(end) } };
}
