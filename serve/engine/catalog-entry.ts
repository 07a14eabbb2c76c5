// What the catalog knows of one version that is in the repository.
import type { ModelFile } from '../../models/repository.ts';
import { inPublic } from '../explain.ts';
import type { AbsentModel } from './absent.ts';
import type { ServedModel } from './models.ts';

export interface Entry {
  readonly file: ModelFile;
  /** Stamp of the files from which `candidate` or `serving` was read, and the stamp that was seen last. */
  stamp: string;
  seen: string;
  /** It was read, but not tried yet. */
  candidate?: ServedModel | undefined;
  /** It is served: it is open, or will be opened for the first request. */
  serving?: ServedModel | undefined;
  /** Why what is in its folder now is not served. */
  problem?: string | undefined;
  /** It could not be opened when it was asked for: it must be tried before it is served again. */
  suspect: boolean;
  /** When it is read again, by performance.now(), though nothing changed: what failed was not the model. */
  again: number;
  trials: number;
}

/** @param seen - the stamp of its files, when they may be read at once. */
export function newEntry(file: ModelFile, seen: string): Entry {
  return { file, stamp: '', seen, suspect: false, again: Number.POSITIVE_INFINITY, trials: 0 };
}

/** Why an entry is not served, or not as it is now; undefined when it is. */
export function absentModel({ file, problem, serving }: Entry): AbsentModel | undefined {
  const { name, version } = file;
  if (problem !== undefined) return { name, version, reason: inPublic(problem) };
  return serving === undefined ? { name, version, reason: 'it is being loaded', loading: true } : undefined;
}
