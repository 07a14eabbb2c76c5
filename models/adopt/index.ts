// Adopts a model from elsewhere: an ONNX classifier, and its card.json or configurations, become one file in our own form.
import { complete, LONGEST } from '../onnx/read-file.ts';
import { decodeModel } from '../onnx/schema.ts';
import { digestWeights } from '../onnx/weights-digest.ts';
import { adopted } from './adopted.ts';
import type { Beside } from './said-beside.ts';

/**
 * @param name - of the model in the repository.
 * @param bytes - its model.onnx, which has no card in it.
 * @param beside - what says how it is used: the contents of the files beside it.
 * @param path - of its model.onnx, beside which files with its weights may be.
 * @returns the bytes of a file with our input, output and card.
 * @param source - where it comes from, such as `hf:owner/name@<commit>/model.onnx`, for its description.
 * @throws UserError when the card is not valid, the model is not what it says, or its weights do not fit into one file.
 */
export function adoptModel(
  name: string,
  bytes: Uint8Array,
  beside: Beside<string | Uint8Array>,
  path: string,
  source?: string,
): Uint8Array {
  const { model } = complete(decodeModel(bytes), path, LONGEST);
  return adopted({ name, model, beside, source }, digestWeights);
}
