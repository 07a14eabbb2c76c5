// Opens the one model that a command over files asks.
import { UserError } from '../../models/errors.ts';
import { MOST_FILE_BYTES } from '../../models/image/picture.ts';
import { type Engine, openEngine } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import { defaultLimits } from '../settings/limits.ts';
import type { Interruption } from './interruption.ts';
import { engineOptionsOf, type WantedModel, wantedInWords } from './wanted-model.ts';

/** Files that are classified at the same time: enough to fill the batches of every worker, few enough to hold in memory. */
export const AT_ONCE = 128;

/** A file may be larger than a request. */
export const fileLimits = { ...defaultLimits, bodyBytes: MOST_FILE_BYTES };

/**
 * Runs `work` with the newest version that works, and closes all when it is done.
 *
 * @throws UserError when there is no such model.
 */
export async function withModel<T>(
  { wanted, threads }: { readonly wanted: WantedModel; readonly threads: number | undefined },
  interruption: Interruption,
  work: (engine: Engine, model: ServedModel) => Promise<T>,
): Promise<T> {
  const log = (line: string) => console.error(line);
  const engine = openEngine({
    ...(await engineOptionsOf(wanted, log)),
    ...{ limits: fileLimits, threads, watch: 0, log },
  });
  try {
    await engine.load();
    const model = engine.models().at(-1);
    if (model === undefined) throw new UserError(`There is no ${wantedInWords(wanted)}.`);
    return await work(engine, model);
  } finally {
    await engine.close();
    interruption.end();
  }
}
