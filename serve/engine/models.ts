// The models that are served, and which of them a request asks for.
import type { Card } from '../../models/card.ts';
import { suggestion } from '../../models/nearest.ts';
import type { ModelFile } from '../../models/repository.ts';
import { Refusal } from '../refusal.ts';
import type { AbsentModel } from './absent.ts';

/** One version of a model, with its card and what identifies its file. */
export interface ServedModel extends ModelFile {
  readonly card: Card;
  /** The file's bytes, where it is not read from `path`. */
  readonly contents?: Uint8Array | undefined;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
  /** When the file at `path` was last written, in milliseconds since 1970. */
  readonly written: number;
  /** Whether it is a model from elsewhere: the file at `path` was made of it, and is in the cache. */
  readonly adopted: boolean;
}

/** The models of one name, or one version. */
export interface Only {
  readonly name: string;
  readonly version?: number | undefined;
}

/** `name/version`, as in the repository's folders. */
export function versionName({ name, version }: Pick<ModelFile, 'name' | 'version'>): string {
  return `${name}/${version}`;
}

/** Identifies the content of one version: a file that is replaced gets a new session. */
export function sessionKey({ name, version, sha256 }: ServedModel): string {
  return `${name}/${version}/${sha256}`;
}

/** Identifies the session that gives embeddings, too. @param key - of the model's own session. */
export function embeddingKey(key: string): string {
  return `${key}/embedding`;
}

/** The newest version of each name. */
export function newest<T extends ModelFile>(models: readonly T[]): T[] {
  return [...new Map(models.map((model) => [model.name, model])).values()];
}

/**
 * The model that answers when the request names none.
 *
 * @param models - sorted by name, then version.
 * @param named - by the repository's own file. Without it, or when it is not served, the last by name answers, and a
 * quantized one only where there is no other: the choice depends on nothing but what is in the repository.
 * @param pinned - by the operator: when it is not served, no other answers in its place.
 */
export function defaultModel<T extends ModelFile & { readonly card: Pick<Card, 'quantization'> }>(
  models: readonly T[],
  named?: string,
  pinned?: Only,
): T | undefined {
  if (pinned !== undefined)
    return models.findLast(
      ({ name, version }) =>
        name === pinned.name && (pinned.version === undefined || version === pinned.version),
    );
  const all = newest(models);
  const whole = all.filter(({ card }) => card.quantization === undefined);
  return all.find(({ name }) => name === named) ?? whole.at(-1) ?? all.at(-1);
}

/** What can be asked: the models that are served, and those that are there and are not. */
export interface Choice {
  models(): readonly ServedModel[];
  absent(): readonly AbsentModel[];
  /** The one that answers when none is named; undefined while there is none at all, or the pinned one is not served. */
  defaultModel(): ServedModel | undefined;
  /** What the operator has said that answers when none is named. */
  readonly pinned?: Only | undefined;
}

/**
 * Finds the model that a request asks for: without a version the newest, without a name the default one.
 *
 * @throws Refusal 404 with the nearest name when there is no such model, or with the reason why it cannot be used; 503
 * while it is being loaded.
 */
export function chooseModel(choice: Choice, name?: string, version?: number): ServedModel {
  if (name === undefined && choice.pinned !== undefined)
    return chooseModel(choice, choice.pinned.name, version ?? choice.pinned.version);
  const models = choice.models();
  if (models.length === 0 && isLoading(choice)) throw beingLoaded('the models are');
  const wanted = name ?? choice.defaultModel()?.name;
  const versions = models.filter((model) => model.name === wanted);
  const model = version === undefined ? versions.at(-1) : versions.find((model) => model.version === version);
  if (model !== undefined) return model;
  if (wanted === undefined) throw new Refusal(404, 'no model is loaded');
  throw whyNot(choice, versions, wanted, version);
}

/** Whether nothing is served because the server starts, and not because all of it was unloaded. */
function isLoading(choice: Choice): boolean {
  const absent = choice.absent();
  return absent.length === 0 || absent.some(({ loading }) => loading);
}

/** The refusal of a model or version that is not served. */
function whyNot(
  choice: Choice,
  versions: readonly ServedModel[],
  name: string,
  version: number | undefined,
): Refusal {
  const absent = choice
    .absent()
    .filter(
      (one) => one.name === name && (version === undefined || [undefined, version].includes(one.version)),
    );
  const asked = version === undefined ? name : `${name}/${version}`;
  if (absent.some(({ loading }) => loading)) return beingLoaded(`${asked} is`);
  const [bad] = absent;
  if (bad !== undefined)
    return cannotBeUsed(bad.version === undefined ? name : `${name}/${bad.version}`, bad.reason);
  if (versions.length === 0) {
    const names = [...new Set(choice.models().map((model) => model.name))];
    return new Refusal(404, `there is no model "${name}". ${suggestion(name, names)}`);
  }
  return new Refusal(
    404,
    `there is no version ${version} of "${name}". There are: ${versions.map((model) => model.version).join(', ')}.`,
  );
}

/** The refusal of a model that does not work: the same request will not succeed later, whoever sends it. */
export function cannotBeUsed(asked: string, reason: string): Refusal {
  return new Refusal(404, `${asked} cannot be used: ${reason}`);
}

function beingLoaded(what: string): Refusal {
  return new Refusal(503, `${what} being loaded: try again in a moment`);
}
