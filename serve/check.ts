// Loads every model of a repository and holds it to its golden vectors, without serving: for before a deployment.

import type { Log } from './log.ts';
import { keyOf } from './models.ts';
import { readModels } from './repository.ts';
import { openSession } from './sessions/session.ts';

/**
 * Checks all versions, also those that a server would open only when they are asked for.
 *
 * @param only - checks the versions of this model alone.
 * @returns whether every one is well; the log is told of each.
 * @throws UserError when there is none.
 */
export async function checkRepository(
  repository: string,
  only: string | undefined,
  log: Log,
): Promise<boolean> {
  let well = true;
  const bad = (line: string) => {
    well = false;
    log(line, { level: 'error' });
  };
  for (const model of await readModels(repository, only, bad)) {
    const start = performance.now();
    try {
      const session = await openSession(model.path, model.card, { threads: 1, device: 'cpu' });
      await session.release();
      const golden = model.card.golden.length;
      const time = (performance.now() - start).toFixed(0);
      log(`${keyOf(model)}: well, ${golden} golden vectors, ${time} ms`, { model: keyOf(model), golden });
    } catch (error) {
      bad(`${keyOf(model)}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return well;
}
