// Corrects a classifier by pictures whose right class somebody has named.
import { type Card, readCard } from '../../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../../models/card-proof.ts';
import { UserError } from '../../../models/errors.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import { type CorrectedFile, makeCorrected } from '../correct/make.ts';
import { seenAs } from './input.ts';
import type { Corrected } from './protocol.ts';
import { type Runtime, runOnce } from './runtime.ts';

/**
 * @param file - The classifier's file as it was before any correction.
 * @throws UserError for one that cannot be corrected.
 */
export async function correct(
  runtime: Runtime,
  { bytes, sha256 }: { readonly bytes: Uint8Array; readonly sha256: string },
  name: string,
  pictures: readonly Corrected[],
): Promise<CorrectedFile> {
  const card: Card = readCard(bytes);
  if (proofOf(card) === 'changed') throw new UserError(CARD_CHANGED);
  const corrections = pictures.map(({ picture, label }) => ({ input: seenAs(picture, card), label }));
  return makeCorrected(
    name,
    { model: decodeModel(bytes), card, sha256 },
    corrections,
    (file, output, inputs) => runOnce(runtime, file, card, output, inputs),
    runtime.name,
  );
}
