// Reads all models of a repository, for a check.

import { UserError } from '../../models/errors.ts';
import { visible } from '../../models/printable.ts';
import { systemReason } from '../../models/system-reason.ts';
import { NotNow } from './adopt.ts';
import { type ServedModel, versionName } from './models.ts';
import { noModel, readServedModel } from './read-model.ts';
import { scanRepository } from './scan-repository.ts';

/**
 * Reads all versions of all models in a repository, or of the one named.
 *
 * @param log - gets a line for each place that cannot be used, and each file that has no valid card.
 * @returns those that are left, sorted by name, then version.
 * @throws UserError when there is nothing at all; it says how to make a model.
 */
export async function readServedModels(
  repository: string,
  only: string | undefined,
  log: (line: string) => void,
): Promise<ServedModel[]> {
  const { found, faults } = await scanRepository(repository, only === undefined ? undefined : { name: only });
  for (const { place, reason } of faults) log(visible(`${place} is left out: ${reason}`));
  if (found.size === 0 && faults.length === 0) throw await noModel(repository, only);
  const models: ServedModel[] = [];
  for (const { file } of found.values()) {
    try {
      models.push(await readServedModel(file));
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      log(`${versionName(file)} is left out: ${reason}`);
    }
  }
  return models;
}

/** Why a model cannot be read; undefined for a bug. */
export function reasonOf(error: unknown): string | undefined {
  if (error instanceof UserError || error instanceof NotNow) return error.message;
  const system = systemReason(error);
  return system === undefined ? undefined : `it cannot be read: ${system}`;
}
