// npm as set-up calls it: no package's install script runs, since those fetch binaries from elsewhere.
import { win32 } from 'node:path';
import { run } from '../run.mjs';

/** npm's own two retries, after 2 and 10 seconds: by itself it takes a minute and a half to say that it is offline. */
const patience = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=10000'];

/** An npm that runs us, as `npm pack --json --dry-run` does by `prepack`, hands its own options down to this one. */
const ownOptions = ['--no-json', '--no-dry-run'];

/**
 * What starts npm. On Windows it is a script of the command shell, which Node does not start (CVE-2024-27980); its code is
 * beside Node there.
 * @returns {[string, ...string[]]}
 */
export function npmProgram(platform = process.platform, node = process.execPath) {
  if (platform !== 'win32') return ['npm'];
  return [node, win32.join(win32.dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js')];
}

/**
 * Runs npm to its end.
 * @param {string} step names the log file
 * @param {readonly string[]} words the command of npm, then what is its own
 * @param {{ cwd?: string, signal?: AbortSignal | undefined }} options
 * @throws {import('../errors.mjs').SetupError} when it cannot be started, fails or is ended by the signal
 * @returns {Promise<string>} the end of what it printed
 */
export function runNpm(step, words, options = {}) {
  const more = ['--ignore-scripts', '--no-audit', '--no-fund', ...ownOptions, ...patience];
  const [program, ...before] = npmProgram();
  return run(step, program, [...before, ...words, ...more], options);
}
