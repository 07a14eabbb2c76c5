// Reads what there is to serve: every model file's card, size and digest.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { readCard } from '../models/card.ts';
import { UserError } from '../models/errors.ts';
import { listModels, type ModelFile } from '../models/repository.ts';
import { keyOf, type ServedModel, suggestion } from './models.ts';

/**
 * Reads all versions of all models in a repository, or of the one named.
 *
 * @param log - told of files that have no valid card and are left out.
 * @returns at least one, sorted by name, then version.
 * @throws UserError when there is none; it says how to make one.
 */
export async function readModels(
  repository: string,
  only: string | undefined,
  log: (line: string) => void,
): Promise<ServedModel[]> {
  const files = await listModels(repository);
  const names = [...new Set(files.map(({ name }) => name))];
  if (only !== undefined && names.length > 0 && !names.includes(only)) {
    throw new UserError(`there is no model "${only}" in ${repository}${suggestion(only, names)}`);
  }
  const models: ServedModel[] = [];
  for (const file of files.filter(({ name }) => only === undefined || name === only)) {
    try {
      models.push(await readModel(file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      log(`${keyOf(file)} is left out: ${error.message}`);
    }
  }
  if (models.length === 0) {
    throw new UserError(
      `there is no model to serve in ${repository}. Make one with:\n  npm run train digits\n  npm run export`,
    );
  }
  return models;
}

async function readModel(file: ModelFile): Promise<ServedModel> {
  const { mtimeMs } = await stat(file.path);
  const bytes = await readFile(file.path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...file, card: readCard(bytes), sha256, bytes: bytes.length, modified: mtimeMs };
}
