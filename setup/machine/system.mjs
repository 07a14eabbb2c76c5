// What the machine itself must have: programs on the PATH, and the command that installs a missing one.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {'g++' | 'python' | 'npm' | 'tar' | 'chromium'} Program */
/** @typedef {{ problem: string, install?: readonly Program[], remedy?: string }} Need something missing, and how to get it */

/** @type {Readonly<Record<Program, { apt: string, dnf: string }>>} */
const packages = {
  'g++': { apt: 'g++', dnf: 'gcc-c++' },
  python: { apt: 'python3 python3-venv', dnf: 'python3.12' },
  npm: { apt: 'npm', dnf: 'npm' },
  tar: { apt: 'tar gzip', dnf: 'tar gzip' },
  chromium: { apt: 'chromium', dnf: 'chromium' },
};

/** Homebrew's names, of which the compiler is Apple's own. @type {Readonly<Record<Program, string>>} */
const brewed = {
  'g++': 'gcc',
  python: 'python@3.12',
  npm: 'node',
  tar: 'gnu-tar',
  chromium: '--cask chromium',
};

/**
 * A program's full path, or `undefined` when it is not on the PATH.
 * @param {string} name
 */
export function which(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => endings().map((ending) => join(folder, name + ending)))
    .find(isExecutable);
}

/** What a program's name may end in: on Windows, PATHEXT says it. */
function endings() {
  if (process.platform !== 'win32') return [''];
  return (process.env.PATHEXT ?? '.EXE;.CMD').split(';');
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The command that installs programs with this system's package manager.
 * @param {readonly Program[]} programs
 */
export function installCommand(programs) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  const names = (/** @type {'apt' | 'dnf'} */ manager) =>
    [...new Set(programs)].map((program) => packages[program][manager]).join(' ');
  if (which('apt-get')) return `${sudo}apt-get update && ${sudo}apt-get install -y ${names('apt')}`;
  if (process.platform === 'darwin')
    return `brew install ${programs.map((program) => brewed[program]).join(' ')}`;
  if (which('dnf')) return `${sudo}dnf install -y ${names('dnf')}`;
  return `install with your package manager (Debian's names): ${names('apt')}`;
}

/**
 * One text for everything that is missing, with one command for all that a package manager can install.
 * @param {readonly Need[]} needs at least one
 */
export function tellNeeds(needs) {
  const programs = needs.flatMap((need) => need.install ?? []);
  const remedies = needs.flatMap((need) => need.remedy ?? []);
  return [
    ...new Set(needs.map((need) => need.problem)),
    ...remedies.map((remedy) => `  ${remedy}`),
    ...(programs.length > 0 ? [`  ${installCommand(programs)}`] : []),
  ].join('\n');
}
