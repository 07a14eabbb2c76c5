// How a command of Trainyard is written where this copy of it runs: `npm run export` in a checkout, `npx trainyard
// export` where it is installed. Every message that tells somebody to run a command asks here.
import { join } from 'node:path';
import { readJson } from './files/index.mjs';
import { inCheckout, packageFolder } from './paths.mjs';

/** @type {Record<string, string>} */
const scripts = readJson(join(packageFolder, 'package.json'))?.scripts ?? {};

/** Words that a shell takes as they are: none that begins with a tilde, which stands for a folder. */
const PLAIN = /^[\w@%+=:,./-][\w@%+=:,./~-]*$/;

/** The same for Windows, whose paths have backslashes. */
const PLAIN_ON_WINDOWS = /^[\w+=:./\\-][\w+=:./\\~-]*$/;

/**
 * A word as a shell takes it; on Windows, as both of its shells do.
 * @param {string} word
 * @param {string} platform
 */
export function shellWord(word, platform = process.platform) {
  if (platform === 'win32') return PLAIN_ON_WINDOWS.test(word) ? word : `"${word}"`;
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * A command to paste, such as `npm run export -- --to tfjs` or `npx trainyard export --to tfjs`.
 * @param {string} name of the command
 * @param {readonly string[]} words what follows it: what it is about first, then options, which npm wants after `--`
 * @param {boolean} checkout
 * @returns {string}
 */
export function command(name, words = [], checkout = inCheckout) {
  const quoted = words.map((word) => shellWord(word));
  if (!checkout || !(name in scripts)) return ['npx trainyard', name, ...quoted].join(' ');
  const first = quoted.findIndex((word) => word.startsWith('-'));
  const [subjects, options] = first < 0 ? [quoted, []] : [quoted.slice(0, first), quoted.slice(first)];
  const run = name === 'start' ? 'npm start' : `npm run ${name}`;
  return [run, ...subjects, ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
}
