// The corrections of this visit: from which model they started, and which answers with them now.
import type { Card, Picture } from '../../component/index.ts';
import type { TeachWorker } from '../../teach/page/asking.ts';
import { fileOfEntry } from '../../teach/page/base-file.ts';
import type { ModelEntry } from '../models/catalog.ts';

/** A drawing, and which class it is. */
export interface Correction {
  readonly picture: Picture;
  readonly label: number;
}

export interface Corrections {
  /** The model before all corrections. */
  readonly base: ModelEntry;
  readonly given: readonly Correction[];
  /** The model with them; undefined where there are none. */
  readonly made: ModelEntry | undefined;
}

/** Corrections of the model in use, which may have some. */
export function correctionsOf(entry: ModelEntry, known: Corrections | undefined): Corrections {
  return known && (entry === known.made || entry === known.base)
    ? known
    : { base: entry, given: [], made: undefined };
}

/**
 * Makes the model with these corrections in place of those before.
 *
 * @param card - The card of the model in use.
 * @returns it, and the probabilities that it gives each corrected picture.
 */
export async function correctWith(
  worker: TeachWorker,
  { base }: Corrections,
  given: readonly Correction[],
  card: Card,
): Promise<{ corrections: Corrections; answers: readonly Float32Array[] }> {
  if (given.length === 0) return { corrections: { base, given, made: undefined }, answers: [] };
  const name = correctedName(card.name);
  const made = await worker.ask('correct', { file: await fileOfEntry(base), name, corrections: given });
  const entry: ModelEntry = {
    name,
    version: undefined,
    source: new Blob([made.file]),
    size: made.file.length,
    sha256: undefined,
    card: made.card,
  };
  return { corrections: { base, given, made: entry }, answers: made.answers };
}

/** "digits-corrected", as a model in a repository may be called. */
export function correctedName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '') || 'model';
  return plain.endsWith(SUFFIX) ? plain : plain + SUFFIX;
}

const SUFFIX = '-corrected';
