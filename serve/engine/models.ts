// The models that are served, and which of them a request asks for.
import type { Card } from '../../models/card.ts';
import { suggestion } from '../../models/nearest.ts';
import type { ModelFile } from '../../models/repository.ts';
import { Refusal } from '../refusal.ts';

/** One version of a model, with its card and what identifies its file. */
export interface ServedModel extends ModelFile {
  readonly card: Card;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
  /** When the file was last written, in milliseconds since 1970. */
  readonly modified: number;
}

/** `name/version`, as in the repository's folders. */
export function versionName({ name, version }: ModelFile): string {
  return `${name}/${version}`;
}

/** Identifies the content of one version: a file that is replaced gets a new session. */
export function sessionKey({ name, version, sha256 }: ServedModel): string {
  return `${name}/${version}/${sha256}`;
}

/** The newest version of each name. */
export function newest<T extends ModelFile>(models: readonly T[]): T[] {
  return [...new Map(models.map((model) => [model.name, model])).values()];
}

/** The model that answers when the request names none: the one whose file was written last, as by the last export. */
export function defaultModel<T extends Pick<ServedModel, 'modified' | 'name'>>(
  models: readonly T[],
): T | undefined {
  return models.reduce<T | undefined>(
    (last, model) => (last === undefined || model.modified > last.modified ? model : last),
    undefined,
  );
}

/**
 * Finds the model that a request asks for: without a version the newest, without a name the default one.
 *
 * @throws Refusal 404 with the nearest name when there is no such model, 503 while there is none at all.
 */
export function chooseModel(models: readonly ServedModel[], name?: string, version?: number): ServedModel {
  if (models.length === 0) throw new Refusal(503, 'the models are being loaded: try again in a moment');
  const wanted = name ?? defaultModel(models)?.name;
  const versions = models.filter((model) => model.name === wanted);
  const model = version === undefined ? versions.at(-1) : versions.find((model) => model.version === version);
  if (model !== undefined) return model;
  if (versions.length === 0) {
    const names = [...new Set(models.map((model) => model.name))];
    throw new Refusal(404, `there is no model "${wanted}". ${suggestion(wanted ?? '', names)}`);
  }
  throw new Refusal(
    404,
    `there is no version ${version} of "${wanted}". There are: ${versions.map((model) => model.version).join(', ')}.`,
  );
}
