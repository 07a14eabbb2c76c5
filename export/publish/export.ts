// Export: a network becomes a model file in the repository, once onnxruntime gives the same answers as tfjs.

import { roundUp } from '../../models/complete-card.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { eagerClassifier, tensorflowClassifier } from '../parity/classifier.ts';
import type { Parity } from '../parity/index.ts';
import { compareLayers, type LayerComparison, layersInWords } from '../parity/layers.ts';
import { classifierNetwork } from '../trace/network.ts';
import { type ClassifierCandidate, type ExportedModel, publishClassifier } from './classifier.ts';
import type { Exportable, ExportOptions } from './exportable.ts';
import { withBackbone } from './with-backbone.ts';

/**
 * Exports a network: traces it, converts it to ONNX, compares the file with tfjs on every test picture and on the
 * built-in ones, and adds it to the repository with its card. The same network gives the same bytes.
 *
 * @throws UserError when an op cannot be exported, or when the file does not answer as the network does; then
 * nothing is written.
 */
export async function exportModel(model: Exportable, options: ExportOptions): Promise<ExportedModel> {
  const { backbone } = model;
  return publishClassifier(
    backbone === undefined ? whole(model, options) : await withBackbone({ ...model, backbone }, options),
    options,
  );
}

/** A network that was trained from end to end, or whose every part tfjs can run. */
function whole(
  model: Exportable,
  { opset, foldBatchNorm = false, reference, convert, novelty = true }: ExportOptions,
): ClassifierCandidate {
  const { card, judged, validation, train } = model;
  const { shape } = card.input;
  return {
    ...{ card, judged, convert, ...(validation && { validation }) },
    ...(novelty && train && { train }),
    network: classifierNetwork(model, shape, card.name),
    options: { foldBatchNorm, ...(opset !== undefined && { opset }) },
    reference: (traced) => reference ?? tensorflowClassifier(model, traced, shape),
    golden: eagerClassifier(model.probabilities, shape),
    async explain(images, parity, traced) {
      const comparison = await compareLayers(traced, traced.onnx, images, shape);
      return `${whereOf(comparison, parity)}\n${layersInWords(comparison)}`;
    },
  };
}

function whereOf({ first, layers }: LayerComparison, parity: Parity): string {
  const [logits, output] = layers.slice(-2);
  const largest = logits === undefined ? 0 : logits.largest / logits.relative;
  // Softmax turns the rounding of enormous logits into visible differences.
  const isCoarse = largest > LARGE_LOGIT && (first === undefined || first === output);
  if (first !== undefined && !isCoarse)
    return `They differ first at ${first.layer}: if it has ops of its own, look there; otherwise this is a bug in export/.`;
  const rounding = 'No layer differs by more than rounding: the differences add up.';
  if (parity.changedLabels > parity.ties || !isCoarse) return rounding;
  return `${rounding} Logits reach ${largest.toExponential(0)} here, where neighboring float32 are ${(largest * EPSILON).toExponential(0)} apart, so that programs which add in another order cannot agree any better. To export it all the same, with that in its card: \`--tolerance ${roundUp(parity.maxProbabilityDifference)}\`.`;
}

/** Half of the distance from 1 to the next float32, as a share of a number. */
const EPSILON = 2 ** -24;

/** Where rounding alone exceeds the tolerance of a probability, whose error is at most that of its logit. */
const LARGE_LOGIT = TOLERANCE / EPSILON;
