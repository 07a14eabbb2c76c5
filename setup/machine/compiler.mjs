// The C++ compiler of this system: g++ on Linux, on macOS the clang++ of Apple's command line tools.
import { spawnSync } from 'node:child_process';
import { which } from './system.mjs';

/** Its name. @param {string} platform */
export const compilerOf = (platform = process.platform) => (platform === 'darwin' ? 'clang++' : 'g++');

/**
 * What keeps this machine from compiling, if anything.
 * @returns {import('./system.mjs').Need[]}
 */
export function compilerNeeds() {
  const name = compilerOf();
  if (process.platform === 'darwin') {
    // Without the tools it is there all the same, and asks to install them.
    const hasTools = spawnSync('xcode-select', ['-p']).status === 0;
    const problem = "Training needs a C++ compiler: Apple's command line tools are not installed.";
    return hasTools && which(name) ? [] : [{ problem, remedy: 'xcode-select --install' }];
  }
  return which(name)
    ? []
    : [{ problem: 'Training needs a C++ compiler: g++ is not on the PATH.', install: ['g++'] }];
}
