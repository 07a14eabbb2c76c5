// Publishes a classifier: once onnxruntime gives the same answers as the trained network, it goes into the repository with its card.

import type { Card } from '../../models/card.ts';
import { goldenPictures, withCard } from '../../models/complete-card.ts';
import { writeDefaultModel } from '../../models/default-model.ts';
import { UserError } from '../../models/errors.ts';
import { unitInWords } from '../../models/expected.ts';
import { heldOutOf, testedOn } from '../../models/held-out.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { digestWeights } from '../../models/onnx/weights-digest.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { imagesOf, type Split } from '../../train/datasets/index.ts';
import { backend } from '../../train/graph/tensorflow.ts';
import { writeModel } from '../files/write-model.ts';
import { goldenNovelty } from '../novelty/golden.ts';
import { withNovelty } from '../novelty/index.ts';
import { type Classifier, onnxClassifier, runtimes } from '../parity/classifier.ts';
import { changesInWords, combine, compareClassifiers, holds, type Parity } from '../parity/index.ts';
import type { ModelSource } from '../parity/session.ts';
import { addToRepository, packed, packedSize } from './add-to-repository.ts';
import type { Destination, ExportOptions } from './exportable.ts';
import { type ConvertedNetwork, type Publication, publish } from './index.ts';
import { type ReportStage, stageReport, type WrittenModel } from './stages.ts';
import { type AnyDraft, compareAs, type MeasuredModel, measured } from './tasks.ts';

/** A network that classifies pictures, and what its file must answer. */
export interface ClassifierCandidate
  extends Pick<Publication<unknown, unknown>, 'network' | 'convert' | 'options'> {
  readonly card: AnyDraft;
  /** What the file is compared with on the test pictures; closed afterwards. */
  readonly reference: (converted: ConvertedNetwork) => Classifier;
  /** What gives the answers to the built-in pictures that go into the card. */
  readonly golden: Classifier;
  /** Pictures that prove parity, with their labels; without any, the card says nothing of accuracy. */
  readonly judged: Split;
  /** Pictures that set the threshold of the output `novelty`; those that judge it if left out. */
  readonly validation?: Split;
  /** Pictures that it was trained on, where the file shall have the output `novelty`. */
  readonly train?: Split;
  /** Explains, with some test pictures, where the two differ. */
  readonly explain: (images: Uint8Array, parity: Parity, converted: ConvertedNetwork) => Promise<string>;
}

/** A model file, and what its comparison gave. */
export interface ExportedModel extends WrittenModel {
  readonly card: Card;
  readonly parity: Parity;
  /** Share of the test pictures; null where they have no labels. */
  readonly accuracy: number | null;
}

/** Test pictures with which it is explained where two models differ. */
const EXPLAINED = 8;

/**
 * Compares a model with its reference on every test picture and on the built-in ones, and writes it where it goes.
 * @throws UserError when it answers otherwise; then nothing is written.
 */
export function publishClassifier(
  candidate: ClassifierCandidate,
  { tolerance = TOLERANCE, onStage, ...to }: Destination & Pick<ExportOptions, 'tolerance' | 'onStage'>,
): Promise<ExportedModel> {
  const { network, convert, options, card: draft, judged, validation = judged, train } = candidate;
  const report = stageReport(onStage);
  return publish<Proof, ExportedModel>(
    {
      network,
      convert,
      options,
      prove: (model, converted) => proveClassifier(candidate, tolerance, model, converted, report),
      async write(converted, prove) {
        const [nodes, opset] = [converted.graph.node.length, opsetOf(converted) ?? 0];
        report({ name: 'converted', nodes, bytes: packedSize(packed(converted)), opset });
        const told = train && (await withNovelty(converted, draft, { train, validation }));
        const { model: onnx, novelty } = told ?? { model: converted };
        if (novelty) report({ name: 'novelty', ...novelty, pictures: `${heldOutOf(draft.recipe)} pictures` });
        const bare = packed(onnx);
        const { parity, model } = await prove(bare);
        const card = await model.complete(
          {
            ...{ weightsDigest: digestWeights(onnx), parity, tolerance },
            against: runtimes(backend.binding.TF_Version),
            ...(novelty && { novelty }),
          },
          novelty && ((golden) => goldenNovelty(golden, onnx, draft.input.shape)),
        );
        const file = await put(withCard(onnx, card), draft.name, to);
        report({ name: 'written', file });
        return { ...file, card, parity, accuracy: model.accuracy };
      },
    },
    report,
  );
}

async function put(model: ModelProto, name: string, to: Destination): Promise<WrittenModel> {
  if (to.file !== undefined) {
    await writeModel(to.file, model);
    return { name, path: to.file };
  }
  const file = await addToRepository(to.repository, name, model);
  await writeDefaultModel(to.repository, name);
  return file;
}

/** What a comparison finds out for the card. */
interface Proof {
  readonly parity: Parity;
  readonly model: MeasuredModel;
}

async function proveClassifier(
  { card, judged, golden, reference, explain }: ClassifierCandidate,
  tolerance: number,
  model: ModelSource,
  converted: ConvertedNetwork,
  report: ReportStage,
): Promise<Proof> {
  const { input } = card;
  const { n } = judged;
  const comparing = compareAs(card);
  const onnxruntime = await onnxClassifier(model, input.shape);
  const compared = reference(converted);
  const images = (from: number, to: number) => imagesOf(judged, from, to);
  const tested = await compareClassifiers(compared, onnxruntime, images, n, comparing);
  const pictures = goldenPictures(input.shape);
  const expected = await golden.classify(pictures.images);
  const got = await onnxruntime.classify(pictures.images);
  await Promise.all([onnxruntime, compared, golden].map((each) => each.close()));
  const { n: _, ...differences } = combine([tested.parity, comparing(expected, got, pictures.names.length)]);
  const parity: Parity = { n, ...differences };
  if (!holds(parity, tolerance))
    throw failure(
      card,
      parity,
      tolerance,
      await explain(images(0, Math.min(n, EXPLAINED)), parity, converted),
    );
  const found = measured(card, {
    judged,
    answers: tested.expected,
    names: pictures.names,
    golden: expected,
  });
  const { accuracy, score } = found;
  report({
    name: 'compared',
    parity,
    changes: changesOf(card, parity),
    pictures: testedOn(card),
    accuracy,
    score,
  });
  return { parity, model: found };
}

/** Which labels changed, in words; undefined of numbers, which have none. */
function changesOf({ task }: AnyDraft, parity: Parity): string | undefined {
  return task === 'regression' ? undefined : changesInWords(parity);
}

function failure(card: AnyDraft, parity: Parity, tolerance: number, explanation: string): UserError {
  const { n, maxProbabilityDifference } = parity;
  const changes = changesOf(card, parity);
  return new UserError(
    `${card.name} was not exported: onnxruntime does not answer as what was trained. Over ${n} ${testedOn(card)} the largest difference ${unitInWords({ task: card.task ?? 'single' })} is ${maxProbabilityDifference.toExponential(2)} (allowed: ${tolerance.toExponential(0)})${changes === undefined ? '' : `, with ${changes}`}. Nothing was written. ${explanation}`,
  );
}
