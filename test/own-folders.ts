// Folders and an environment of the tests' own: what was trained, exported or set on this machine changes no test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyShipped } from './shipped.ts';

/** What is still taken from the person's environment: where set-up has put data sets, Python and PyTorch. */
const KEPT = ['TRAINYARD_CACHE', 'TRAINYARD_PYTHON', 'TRAINYARD_TORCH'];

/** Variables of others that change what our programs do. */
const FOREIGN = ['PORT', 'NODE_OPTIONS', 'INIT_CWD', 'NO_COLOR'];

/**
 * Sets the environment of this process, which those that it starts inherit: a repository that holds the shipped models
 * alone, and no runs. To be called before anything reads setup/paths.mjs.
 *
 * @param runs - whether the folder of runs is an own one too, rather than the person's.
 * @returns what removes the folders.
 */
export function useOwnFolders({ runs = true } = {}): () => void {
  const kept = runs ? KEPT : [...KEPT, 'TRAINYARD_RUNS'];
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-own-'));
  for (const name of Object.keys(process.env))
    if ((name.startsWith('TRAINYARD_') && !kept.includes(name)) || FOREIGN.includes(name))
      delete process.env[name];
  const repository = join(folder, 'models');
  copyShipped(repository);
  process.env.TRAINYARD_REPOSITORY = repository;
  if (runs) process.env.TRAINYARD_RUNS = join(folder, 'runs');
  return () => rmSync(folder, { recursive: true, force: true });
}
