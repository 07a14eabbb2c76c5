// Adopts a model from elsewhere: an ONNX classifier, and its card.json or configurations, become one file in our own form.
import { createHash } from 'node:crypto';
import { cardMetadata } from '../card.ts';
import { withDigest } from '../card-proof.ts';
import { UserError } from '../errors.ts';
import { complete } from '../onnx/read-file.ts';
import { decodeModel, encodeModel, type ModelProto } from '../onnx/schema.ts';
import { digestWeights } from '../onnx/weights-digest.ts';
import type { Beside } from './beside.ts';
import { type PlainCard, readPlainCard } from './card.ts';
import { cardOfConfigurations } from './configurations.ts';
import { wrapGraph } from './graph.ts';
import { shapeOf } from './input.ts';
import { isMultiLabel } from './output.ts';

/**
 * @param name - of the model in the repository.
 * @param bytes - its model.onnx, which has no card in it.
 * @param beside - what says how it is used: the contents of the files beside it.
 * @param folder - of the model, in which files with its weights may be.
 * @returns the bytes of a file with our input, output and card.
 * @param source - where it comes from, such as `hf:owner/name@<commit>/model.onnx`, for its description.
 * @throws UserError when the card is not valid or the model is not what it says.
 */
export function adoptModel(
  name: string,
  bytes: Uint8Array,
  beside: Beside<string | Uint8Array>,
  folder: string,
  source?: string,
): Uint8Array {
  const given = beside.card === undefined ? undefined : readPlainCard(beside.card);
  const { model } = complete(decodeModel(bytes), folder);
  const plain = given ?? cardOfConfigurations(model, beside);
  const wrapped = wrap(model, plain, given !== undefined);
  const { filter, crop, shorter } = plain.resize;
  const card = withDigest({
    format: 'trainyard-card/1',
    name,
    description: [plain.description, source].filter(Boolean).join(', from '),
    labels: plain.labels,
    input: { name: 'image', shape: shapeOf(plain), prepare: { rule: 'resize', filter, crop, shorter } },
    output: { name: 'probabilities', values: isMultiLabel(plain) ? 'independent' : 'distribution' },
    architecture: { name: model.graph.name || 'onnx', parameters: parametersOf(model) },
    tta: 'none',
    recipe: {},
    recipeDigest: createHash('sha256').update('{}').digest('hex'),
    weightsDigest: digestWeights(wrapped),
    datasets: [],
    metrics: null,
    golden: plain.golden,
    parity: null,
  });
  const ours = Object.entries(cardMetadata(card)).map(([key, value]) => ({ key, value }));
  const theirs = wrapped.metadata_props.filter(({ key }) => ours.every((entry) => entry.key !== key));
  return encodeModel({ ...wrapped, metadata_props: [...theirs, ...ours] });
}

/** @throws UserError, which speaks of card.json only where there is one. */
function wrap(model: ModelProto, card: PlainCard, isWritten: boolean): ModelProto {
  try {
    return wrapGraph(model, card);
  } catch (error) {
    if (isWritten || !(error instanceof UserError)) throw error;
    throw new UserError(error.message.replace(/^card\.json /, 'its configurations: '), { cause: error });
  }
}

function parametersOf({ graph }: ModelProto): number {
  return graph.initializer.reduce(
    (sum, { dims }) => sum + dims.reduce((product, side) => product * side, 1),
    0,
  );
}
