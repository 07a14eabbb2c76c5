// Python environments of the benchmarks' rivals, in the cache folder: the project itself doesn't need them.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../../../setup/install/python.mjs';
import { cacheFolder } from '../../../setup/paths.mjs';
import { run } from '../../../setup/run.mjs';

/**
 * The interpreter of an environment with these packages; the environment is made if it is missing.
 *
 * @param name - of its folder; another version of what it is for is another name.
 * @param requirements - as pip takes them, pinned.
 * @param index - a package index besides PyPI.
 */
export async function pythonWith(
  name: string,
  requirements: readonly string[],
  index?: string,
): Promise<string> {
  const folder = join(cacheFolder(), 'bench', name);
  const python = join(folder, 'bin', 'python');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return python;
  const found = findPython();
  if ('problem' in found) throw new Error(found.problem);
  rmSync(folder, { recursive: true, force: true });
  console.error(`Installing ${name} in ${folder}`);
  await run('bench-venv', found.executable, ['-m', 'venv', folder]);
  await run('bench-pip', python, [
    ...['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--only-binary=:all:'],
    ...(index === undefined ? [] : ['--extra-index-url', index]),
    ...requirements,
  ]);
  writeFileSync(finished, '');
  return python;
}
