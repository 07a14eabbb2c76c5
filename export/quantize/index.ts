// Makes a smaller model of a model file, and publishes it only if it is no slower and about as accurate.
import { type Card, checkCard } from '../../models/card.ts';
import { CARD_CHANGED, proofOf, withDigest } from '../../models/card-proof.ts';
import { goldenPictures, withCard } from '../../models/complete-card.ts';
import { UserError } from '../../models/errors.ts';
import { heldOutOf, splitOfMetrics } from '../../models/held-out.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { digestWeights } from '../../models/onnx/weights-digest.ts';
import { withoutNovelty } from '../../models/onnx/without-novelty.ts';
import type { ModelFile } from '../../models/repository.ts';
import { type Dataset, imagesOf, type Split } from '../../train/datasets/index.ts';
import { plainPercent } from '../../train/report/format.ts';
import { judgedOf } from '../files/data.ts';
import { cardOf, type OpenModelFile } from '../files/file.ts';
import { goldenNovelty } from '../novelty/golden.ts';
import { withNoveltyOf } from '../novelty/index.ts';
import { onnxClassifier } from '../parity/classifier.ts';
import { compareClassifiers } from '../parity/index.ts';
import type { ModelSource } from '../parity/session.ts';
import { foldBatchNorm } from '../passes/batch-norm.ts';
import { constantsToInitializers } from '../passes/constants.ts';
import { removeDead } from '../passes/dead.ts';
import { addToRepository, packed, packedSize } from '../publish/add-to-repository.ts';
import { compareAs } from '../publish/tasks.ts';
import { calibrate } from './calibrate.ts';
import { toFloat16 } from './float16.ts';
import { toInt8, valuesToCalibrate } from './int8.ts';
import { compareLatency, type Latency } from './latency.ts';
import { type Compared, type Golden, type Measured, measureBoth } from './measure.ts';
import { CALIBRATION_PICTURES, type WeightType } from './options.ts';

export interface QuantizeOptions {
  readonly weights: WeightType;
  /** Accuracy that it may lose, as a share of 1; of several labels mean average precision, of numbers R2. */
  readonly maxDrop: number;
  /** Training pictures from which ranges are taken. */
  readonly calibrationPictures?: number;
  /** Folder of the model repository. */
  readonly repository: string;
  /** Name of the new model. */
  readonly name: string;
  /** Called after each stage. */
  readonly onStage?: (stage: QuantizeStage) => void;
  /** Measures both files; by default on this machine. */
  readonly latency?: typeof compareLatency;
}

export type QuantizeStage =
  | { readonly name: 'calibrated'; readonly pictures: number; readonly values: number }
  | { readonly name: 'rewritten'; readonly before: number; readonly after: number }
  /** `pictures` says which: `validation pictures`. */
  | {
      readonly name: 'measured';
      readonly measured: Measured;
      readonly n: number;
      readonly pictures: string;
    }
  | { readonly name: 'timed'; readonly latency: Latency };

/** The new model, or why there is none. */
export type QuantizationResult = { readonly model: ModelFile } | { readonly declined: string };

/** Slower by less than this is noise: two runs of one file differ as much. */
const SLOWER = 1.03;

/**
 * Quantizes a model file that has the trained weights.
 * @returns The new model, or why it was declined; then nothing is written.
 * @throws UserError when the file is not one that can be quantized.
 */
export async function quantize(
  file: OpenModelFile,
  data: Dataset,
  options: QuantizeOptions,
): Promise<QuantizationResult> {
  const card = cardOf(file);
  if (card.quantization !== undefined)
    throw new UserError(
      `${file.path} has weights of ${card.quantization.weights} already: quantize the float32 model that it was made of.`,
    );
  const proof = proofOf(card);
  if (proof === 'changed') throw new UserError(`${file.path}: ${CARD_CHANGED}.`);
  const { maxDrop, onStage, latency: measureLatency = compareLatency } = options;
  const { shape } = card.input;
  const pictures = Math.min(options.calibrationPictures ?? CALIBRATION_PICTURES, data.train.n);
  const own = withoutNovelty(file.model);
  const whole = { ...own, graph: constantsToInitializers(own.graph) };
  const smaller =
    options.weights === 'float16'
      ? toFloat16(whole)
      : await int8Of(whole, imagesOf(data.train, 0, pictures), shape, options);
  const told = await withNoveltyOf(file.model, smaller, card, data.validation);
  const { model: made, novelty } = told ?? { model: smaller };
  const bare = packed({ ...made, metadata_props: [] });
  onStage?.({ name: 'rewritten', before: file.size, after: packedSize(bare) });

  const measuredOn = async (split: Split, of: 'validation' | 'test') => {
    const compared = await compareBoth(file.source, bare, card, split);
    const measured = measureBoth(card, split, compared);
    onStage?.({ name: 'measured', measured, n: split.n, pictures: `${of} pictures` });
    return measured;
  };
  const chosenBy = await measuredOn(data.validation, heldOutOf(card.recipe));
  if (!(chosenBy.drop <= maxDrop))
    return {
      declined: `it loses ${plainPercent(chosenBy.drop)} of ${chosenBy.score}, more than --max-drop ${plainPercent(maxDrop)}`,
    };

  const latency = await measureLatency(file.source, bare, shape);
  onStage?.({ name: 'timed', latency });
  if (!(latency.ratio <= SLOWER))
    return {
      declined: `it is slower on this machine: ${latency.after.toFixed(3)} ms for a picture, before ${latency.before.toFixed(3)} ms`,
    };

  // By the test nothing is chosen: it is looked at when all is decided.
  const judged = judgedOf(card, data);
  const measured = judged === data.validation ? chosenBy : await measuredOn(judged, splitOfMetrics(card));
  const quantization = {
    weights: options.weights,
    from: card.weightsDigest,
    calibrationPictures: options.weights === 'int8' ? pictures : 0,
    n: judged.n,
  };
  const { novelty: _, ...smallerCard } = measured.card(await golden(bare, shape), quantization);
  const complete = {
    ...smallerCard,
    name: options.name,
    weightsDigest: digestWeights(made),
    ...(novelty && {
      golden: await goldenNovelty<Card['golden'][number]>(smallerCard.golden, made, shape),
      novelty,
    }),
  };
  // What an older card does not prove, a card made of it does not prove either.
  const full = checkCard(proof === 'older' ? complete : withDigest(checkCard(complete)));
  return { model: await addToRepository(options.repository, options.name, withCard(made, full)) };
}

/** The first version in which DequantizeLinear takes a scale for each channel. */
const INT8_OPSET = 13;

async function int8Of(
  model: ModelProto,
  images: Uint8Array,
  shape: Card['input']['shape'],
  { onStage }: QuantizeOptions,
): Promise<ModelProto> {
  const opset = opsetOf(model) ?? 0;
  if (opset < INT8_OPSET)
    throw new UserError(
      `int8 needs version ${INT8_OPSET} of ONNX's operators; this model has ${opset}, that of its backbone. Make it smaller with --weights float16, or train on the backbone in a newer version.`,
    );
  const folded = { ...model, graph: removeDead(foldBatchNorm(model.graph)) };
  const values = valuesToCalibrate(folded);
  if (values.length === 0)
    throw new UserError(
      'The model has no convolution or product with constant weights: there is nothing to quantize.',
    );
  const ranges = await calibrate(folded, values, images, shape);
  onStage?.({
    name: 'calibrated',
    pictures: images.length / (shape[0] * shape[1] * shape[2]),
    values: values.length,
  });
  return toInt8(folded, ranges);
}

async function compareBoth(
  before: ModelSource,
  after: ModelSource,
  card: Card,
  pictures: Split,
): Promise<Compared> {
  const { shape } = card.input;
  const [one, two] = [await onnxClassifier(before, shape), await onnxClassifier(after, shape)];
  const images = (from: number, to: number) => imagesOf(pictures, from, to);
  const compared = await compareClassifiers(one, two, images, pictures.n, compareAs(card));
  await Promise.all([one.close(), two.close()]);
  return compared;
}

async function golden(model: ModelSource, shape: Card['input']['shape']): Promise<Golden> {
  const { names, images } = goldenPictures(shape);
  const classifier = await onnxClassifier(model, shape);
  const output = await classifier.classify(images);
  await classifier.close();
  return { names, output };
}
