// A model from elsewhere in our own form, in Node and in browsers: its graph wrapped, with a card of what is said beside it.
import { TASK_FORMAT } from '../card/multi.ts';
import { SINGLE_FORMAT } from '../card/single.ts';
import { cardMetadata, checkCard } from '../card.ts';
import { withDigest } from '../card-proof.ts';
import { UserError } from '../errors.ts';
import { encodeModel, type ModelProto } from '../onnx/schema.ts';
import { sha256 } from '../sha256.ts';
import { type PlainCard, readPlainCard } from './card.ts';
import { cardOfConfigurations } from './configurations.ts';
import { wrapGraph } from './graph.ts';
import { shapeOf } from './input.ts';
import { isMultiLabel } from './output.ts';
import type { Beside } from './said-beside.ts';

/** A model from elsewhere. */
export interface FromElsewhere {
  /** Its name in the repository. */
  readonly name: string;
  /** With all its weights, every array's elements in `raw_data`. */
  readonly model: ModelProto;
  /** What says how it is used: the contents of the files beside it. */
  readonly beside: Beside<string | Uint8Array>;
  /** Where it comes from, such as `hf:owner/name@<commit>/model.onnx`, for its description. */
  readonly source?: string | undefined;
}

/**
 * @param digestWeights - as that of models/onnx/weights-digest.ts, which is Node's.
 * @returns the bytes of a file with our input, output and card.
 * @throws UserError when the card is not valid or the model is not what it says.
 */
export function adopted(
  { name, model, beside, source }: FromElsewhere,
  digestWeights: (model: ModelProto) => string,
): Uint8Array {
  const given = beside.card === undefined ? undefined : readPlainCard(beside.card);
  const plain = given ?? cardOfConfigurations(model, beside);
  const wrapped = wrap(model, plain, given !== undefined);
  const { filter, crop, shorter } = plain.resize;
  const about = {
    name,
    description: [plain.description, source].filter(Boolean).join(', from '),
    labels: plain.labels,
    input: { name: 'image', shape: shapeOf(plain), prepare: { rule: 'resize', filter, crop, shorter } },
    architecture: { name: model.graph.name || 'onnx', parameters: parametersOf(model) },
    tta: 'none',
    recipe: {},
    recipeDigest: sha256('{}'),
    weightsDigest: digestWeights(wrapped),
    datasets: [],
    metrics: null,
    golden: plain.golden,
    parity: null,
  };
  const card = withDigest(checkCard(isMultiLabel(plain) ? multi(about, plain) : single(about)));
  const ours = Object.entries(cardMetadata(card)).map(([key, value]) => ({ key, value }));
  const theirs = wrapped.metadata_props.filter(({ key }) => ours.every((entry) => entry.key !== key));
  return encodeModel({ ...wrapped, metadata_props: [...theirs, ...ours] });
}

function single(about: object): object {
  return { ...about, format: SINGLE_FORMAT, output: { name: 'probabilities', values: 'distribution' } };
}

/** The probability from which a label is an answer where card.json names none: that it is more likely than not. */
const THRESHOLD = 0.5;

function multi(about: object, { labels, thresholds = labels.map(() => THRESHOLD) }: PlainCard): object {
  const output = { name: 'probabilities', values: 'independent' };
  return { ...about, format: TASK_FORMAT, task: 'multi', output, thresholds };
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
