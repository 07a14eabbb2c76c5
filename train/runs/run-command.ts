// Commands about a run, as they are typed: they name the folder of runs where that is not the usual one.
import { dirname, join, resolve } from 'node:path';
import { command } from '../../setup/invocation.mjs';
import { workFolder } from '../../setup/paths.mjs';

/** `--runs <folder>`, unless that is where runs are without it and without `TRAINYARD_RUNS`, which another shell may not have. */
export function runsWords(folder: string): string[] {
  const path = resolve(folder);
  return path === join(workFolder, 'runs') ? [] : ['--runs', path];
}

/**
 * A command about a run, to paste.
 * @param words - What follows the command's name; the folder of runs comes last.
 */
export function runCommand(name: string, run: { readonly folder: string }, words: readonly string[]): string {
  return command(name, [...words, ...runsWords(dirname(run.folder))]);
}
