// Runs and models inside of the package's own folder, where the first versions of Trainyard kept them when installed, and
// where the next `npm install` deletes them. Nothing is moved by itself: the commands that move them are named.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { shellWord } from './invocation.mjs';
import { isCheckout, packageFolder, repositoryFolder, runsFolder } from './paths.mjs';

/** Set once it is said: processes that this one starts do not say it again. */
const SAID = 'TRAINYARD_EARLIER_WORK_SAID';

/** What comes with the package. */
const SHIPPED = join('digits', '1');

/** Says on standard error what lies at the old place, if anything does. */
export function tellEarlierWork() {
  if (isCheckout || process.env[SAID]) return;
  const folders = { packageFolder, runsFolder, repositoryFolder, from: process.cwd() };
  const commands = commandsForEarlierWork(folders);
  if (commands.length === 0) return;
  process.env[SAID] = '1';
  console.error(
    [
      'Runs or models of an earlier version of Trainyard are in its own folder, where they are not used, and where the next',
      '`npm install` would delete them. To keep them, move them here:',
      ...commands.map((command) => `  ${command}`),
    ].join('\n'),
  );
}

/**
 * Shell commands that move what lies at the old place and overwrite nothing.
 * @param {{ packageFolder: string, runsFolder: string, repositoryFolder: string, from: string }} folders `from` is the
 *   folder in which the commands will run
 */
export function commandsForEarlierWork({ packageFolder, runsFolder, repositoryFolder, from }) {
  const runs = join(packageFolder, 'runs');
  const models = join(packageFolder, 'models', 'repository');
  return [...moveRuns(runs, runsFolder), ...moveModels(models, repositoryFolder)].map((move) => {
    const [source, target] = [move.source, move.target].map((path) => shellWord(relative(from, path)));
    const parent = dirname(move.target);
    return existsSync(parent)
      ? `mv ${source} ${target}`
      : `mkdir -p ${shellWord(relative(from, parent))} && mv ${source} ${target}`;
  });
}

/** @typedef {{ source: string, target: string }} Move both are absolute paths; nothing is at `target` */

/**
 * All at once where there are no runs yet. A run whose name is taken gets the next number that is free.
 * @param {string} from
 * @param {string} to
 * @returns {Move[]}
 */
function moveRuns(from, to) {
  const names = foldersIn(from);
  if (names.length > 0 && !existsSync(to)) return [{ source: from, target: to }];
  const taken = new Set([...names, ...foldersIn(to)]);
  const here = new Set(foldersIn(to));
  let last = Math.max(0, ...[...taken].map((name) => Number.parseInt(name, 10) || 0));
  return names.map((name) => {
    const free = here.has(name) ? name.replace(/^\d*/, () => String(++last).padStart(4, '0')) : name;
    return { source: join(from, name), target: join(to, free) };
  });
}

/**
 * Each version by itself. One whose number is taken goes to `<name>-old`: with a higher number it would be served.
 * @param {string} from
 * @param {string} to
 * @returns {Move[]}
 */
function moveModels(from, to) {
  const versions = foldersIn(from).flatMap((name) => foldersIn(join(from, name)).map((v) => join(name, v)));
  return versions
    .filter((version) => version !== SHIPPED)
    .map((version) => {
      let [name = '', number = ''] = [dirname(version), version.slice(dirname(version).length + 1)];
      while (existsSync(join(to, name, number))) name += '-old';
      return { source: join(from, version), target: join(to, name, number) };
    });
}

/**
 * @param {string} folder which may not be there
 * @returns {string[]} names, sorted
 */
function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.') && statSync(join(folder, name)).isDirectory())
    .sort();
}
