// The model that the operator has pinned: it alone answers when a request names none.
import { messageOf, UserError } from '../../models/errors.ts';
import { type Choice, chooseModel, type Only, type ServedModel, versionName } from './models.ts';
import type { Trial } from './open-newest.ts';

/** The setting as text: `digits:3`, or `digits` for the newest version of it. */
export function pinnedName({ name, version }: Only): string {
  return version === undefined ? name : `${name}:${version}`;
}

/** Reads `NAME` or `NAME:VERSION`. */
export function parsePinned(text: string): Only {
  const [name = '', version] = text.split(':');
  return { name, version: version === undefined ? undefined : Number(version) };
}

/**
 * Makes sure, before the server is ready, that the pinned model works.
 *
 * @param isOpen - whether a model is open already.
 * @throws UserError when it is not there, or cannot be used.
 */
export async function openPinned(
  pinned: Only,
  choice: Choice,
  isOpen: (model: ServedModel) => boolean,
  open: (model: ServedModel) => Promise<Trial>,
): Promise<void> {
  const wrong = (reason: string) => new UserError(`--default-model ${pinnedName(pinned)}: ${reason}`);
  let model: ServedModel;
  try {
    model = chooseModel(choice, pinned.name, pinned.version);
  } catch (error) {
    throw wrong(messageOf(error));
  }
  if (isOpen(model)) return;
  const { reason } = await open(model);
  if (reason !== undefined) throw wrong(`${versionName(model)} cannot be used: ${reason}`);
}
