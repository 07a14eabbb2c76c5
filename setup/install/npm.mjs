// npm as set-up calls it: no package's install script runs, since those fetch binaries from elsewhere.
import { run } from '../run.mjs';

/** npm's own two retries, after 2 and 10 seconds: by itself it takes a minute and a half to say that it is offline. */
const patience = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=10000'];

/** An npm that runs us, as `npm pack --json --dry-run` does by `prepack`, hands its own options down to this one. */
const ownOptions = ['--no-json', '--no-dry-run'];

/**
 * Runs npm to its end.
 * @param {string} step names the log file
 * @param {readonly string[]} words the command of npm, then what is its own
 * @param {{ cwd?: string }} options
 * @throws {import('../errors.mjs').SetupError} when it cannot be started or fails
 * @returns {Promise<string>} the end of what it printed
 */
export function runNpm(step, words, options = {}) {
  const more = ['--ignore-scripts', '--no-audit', '--no-fund', ...ownOptions, ...patience];
  return run(step, 'npm', [...words, ...more], options);
}
