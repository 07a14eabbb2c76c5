// Whether a model file that was sent may go into the repository: everything that it says of itself must hold.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../models/canonical.ts';
import type { Card } from '../../models/card.ts';
import { proofOf } from '../../models/card-proof.ts';
import { UserError } from '../../models/errors.ts';
import { tensorsOf } from '../../models/onnx/every-tensor.ts';
import { isExternal } from '../../models/onnx/facts.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { digestByCard, WEIGHTS_CHANGED } from '../../models/onnx/weights-digest.ts';
import { readModelBytes } from '../engine/read-model.ts';
import { openModelSession } from '../sessions/session.ts';

/**
 * Checks a file as `verify` does, and that nothing of it is elsewhere or hidden: read and written again, it is the same to
 * the byte. It is run on its card's built-in pictures; that blocks its thread.
 *
 * @param name - under which it was sent.
 * @throws UserError which says what does not hold.
 */
export async function checkSentModel(bytes: Uint8Array, name: string): Promise<Card> {
  const { card } = await readModelBytes(bytes);
  if (card.name !== name)
    throw new UserError(
      `its card calls it ${JSON.stringify(card.name)}, expected "${name}", as in the address`,
    );
  if (proofOf(card) !== 'holds')
    throw new UserError(
      'its card is not as it was written with the model, or is older than cards that prove it',
    );
  if (card.golden.length === 0)
    throw new UserError('its card has no expected answers, by which it could be checked');
  const recipe = createHash('sha256').update(canonicalJson(card.recipe)).digest('hex');
  if (recipe !== card.recipeDigest) throw new UserError('the recipe in its card has been changed');
  const model = decodeModel(bytes);
  // onnxruntime would look for them in the folder in which the server was started.
  if ([...tensorsOf(model).values()].some(isExternal))
    throw new UserError('its weights are in other files, expected all of it in one');
  if (Buffer.compare(encodeModel(model), bytes) !== 0)
    throw new UserError('there is more in the file than a model as Trainyard writes it');
  if (digestByCard(model, card) !== card.weightsDigest) throw new UserError(WEIGHTS_CHANGED);
  const session = await openModelSession(bytes, card, { threads: 1, device: 'cpu' });
  await session.release();
  return card;
}
