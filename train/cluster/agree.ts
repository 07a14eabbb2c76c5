// All tasks train the same: the first one says what, and each of the others compares it with its own.
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { UserError } from '../../models/errors.ts';
import { version } from '../../setup/paths.mjs';
import { changedSplit, type DataDigests, digestsSchema } from '../datasets/digests.ts';
import { isFolder } from '../datasets/index.ts';

import type { Cluster } from './join.ts';

/** What has to be the same on every machine. */
export interface Training {
  readonly recipe: object;
  readonly digests: DataDigests;
  /** Steps that are done. */
  readonly step: number;
}

const announcedSchema = z.object({
  version: z.string(),
  recipe: z.record(z.string(), z.unknown()),
  digests: digestsSchema,
  step: z.int(),
});

/** The field of a recipe that may differ: the first weights, which the first task gives the others. */
const OWN = 'from';

/** Parts of a recipe that say where a file is on this machine; what is in it, their digest says. */
const FILES: Readonly<Record<string, z.ZodType>> = {
  module: z.object({ sha256: z.string() }),
  backbone: z.looseObject({ path: z.string().transform(() => '') }),
  options: z.looseObject({ backbone: z.string().transform(() => '') }),
};

/**
 * Makes sure that all tasks train the same.
 * @returns steps that are done, as the first task says
 * @throws UserError on every task where one of them would train something else
 */
export function agree(cluster: Cluster, own: Training): number {
  const { task, size, addresses } = cluster;
  const text = cluster.announce(JSON.stringify({ version, ...own }));
  const announced = announcedSchema.parse(JSON.parse(text));
  const difference = task === 0 ? undefined : differenceOf(own, announced);
  const answers = cluster.gather(difference === undefined ? 0 : 1);
  if (difference !== undefined)
    throw new UserError(`Task ${task} would train something else than task 0: ${difference}`);
  const others = Array.from({ length: size }, (_, i) => i).filter((i) => answers[i] !== 0);
  if (others.length > 0)
    throw new UserError(
      `Task ${others.join(' and ')} (${others.map((i) => addresses[i]).join(', ')}) would train something else than task 0: its own message says what.`,
    );
  return announced.step;
}

/** What differs, and what to do about it; undefined if nothing does. */
export function differenceOf(
  own: Omit<Training, 'step'>,
  first: z.output<typeof announcedSchema>,
): string | undefined {
  if (first.version !== version)
    return `it is version ${version} of Trainyard, task 0 is ${first.version}. Install the same one on all machines.`;
  const [mine, its] = [fieldsOf(own.recipe), fieldsOf(first.recipe)];
  for (const key of new Set([...mine.keys(), ...its.keys()])) {
    const [a, b] = [mine, its].map((fields) => canonicalJson(fields.get(key) ?? null));
    if (a === b) continue;
    if (key === 'module')
      return 'its file of recipes has other code, or other packages. Copy the same file, and all that it imports, to all machines.';
    return `its recipe has ${key} ${a}, task 0's has ${b}. Give all of them the same options${key === 'precision' ? ', such as --precision float32, since auto measures what is faster on each machine' : ''}.`;
  }
  const changed = changedSplit(first.digests, own.digests);
  return (
    changed &&
    `its ${changed === 'train' ? 'training' : changed} pictures are others. Copy the same data to all machines.`
  );
}

/** What counts of a recipe: not where its pictures and its files are on a machine, since digests say what they hold. */
function fieldsOf(recipe: object): Map<string, unknown> {
  const fields = Object.entries(recipe).filter(([key]) => key !== OWN);
  return new Map(
    fields.map(([key, value]) => {
      if (key === 'dataset' && typeof value === 'string' && isFolder(value)) return [key, 'a folder'];
      const file = FILES[key]?.safeParse(value);
      return [key, file?.success ? file.data : value];
    }),
  );
}
