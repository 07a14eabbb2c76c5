// The card: what a model file says about itself, stored as JSON in the ONNX file's metadata_props.
import { z } from 'zod';
import { canonicalJson } from './canonical.ts';
import { UserError } from './errors.ts';
import { goldenNames } from './golden.ts';
import { withTodaysSpellings } from './old-spellings.ts';
import { readMetadataEntries } from './onnx/metadata.ts';

/** Key of the card in `metadata_props`. */
export const cardKey = 'trainyard.card';

const count = z.int().min(0);
const side = z.int().min(1);
const fraction = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in 64 hex digits');

/** The rule by which a picture becomes an input; see models/image/prepare.ts. */
export const prepareSchema = z.discriminatedUnion('rule', [
  z.object({ rule: z.literal('digit') }),
  z.object({
    rule: z.literal('resize'),
    filter: z.enum(['bilinear', 'bicubic']),
    crop: z.enum(['center', 'stretch']),
    shorter: side.optional(),
  }),
]);

/** The card's form. Fields that it does not know are ignored, so that a newer card can be read. */
export const cardSchema = z
  .object({
    format: z.literal('trainyard-card/1'),
    /** Name of the model, as in the repository. */
    name: z.string().min(1),
    description: z.string(),
    /** Name of each class, in the order of the output. */
    labels: z.array(z.string()).min(1),
    /** uint8 `[N,H,W,C]`; `shape` is `[H,W,C]`. */
    input: z.object({
      name: z.literal('image'),
      shape: z.tuple([side, side, z.literal([1, 3])]),
      prepare: prepareSchema,
    }),
    /** float32 `[N,labels]`. */
    output: z.object({
      name: z.literal('probabilities'),
      /** Whether they sum to one, or each label has its own; absent where the card's golden vectors say enough. */
      values: z.enum(['distribution', 'independent']).exactOptional(),
    }),
    architecture: z.object({ name: z.string().min(1), parameters: count }),
    /** Test-time augmentation inside the graph: over which views of a picture its answer is averaged. */
    tta: z.enum(['none', 'mirror', 'mirror-shift']).default('none'),
    /** The logits are divided by a temperature; `error` and `temperedError` are the calibration errors without and with it. */
    calibration: z
      .object({ temperature: z.number().positive(), n: count, error: fraction, temperedError: fraction })
      .exactOptional(),
    /** The recipe that trained the model, with every default filled in. */
    recipe: z.record(z.string(), z.unknown()),
    recipeDigest: sha256,
    weightsDigest: sha256,
    datasets: z.array(
      z.object({ name: z.string().min(1), split: z.enum(['train', 'test']), n: count, digest: z.string() }),
    ),
    metrics: z
      .object({
        split: z.literal('test'),
        n: count,
        accuracy: fraction,
        errorRate: fraction,
        loss: z.number().min(0),
      })
      .nullable(),
    /** Expected probabilities of the built-in pictures of models/golden.ts. */
    golden: z.array(
      z.object({
        input: z.enum(goldenNames),
        probabilities: z.array(fraction),
        novelty: fraction.exactOptional(),
      }),
    ),
    /** How the file was compared with what was trained, over `n` pictures; null when it was not. */
    parity: z
      .object({
        n: count,
        maxProbabilityDifference: z.number().min(0),
        changedLabels: count,
        /** How many of these labels were ties in what was trained; absent where none. */
        ties: count.exactOptional(),
        tolerance: z.number().min(0),
        against: z.string(),
      })
      .nullable(),
    /**
     * The file's output `novelty`, float32 `[N,1]` from 0 to 1: above the threshold a picture is of no kind that the model
     * knows. Absent where the file has none.
     */
    novelty: z
      .object({
        /** What the detector was shown that the model does not know: drawn letters, shapes and grounds, or nothing. */
        against: z.enum(['drawings', 'nothing']),
        threshold: fraction,
        /** Share of `n` validation pictures, none of which set the threshold, that are above it. */
        falseAlarms: fraction,
        n: count,
      })
      .exactOptional(),
    /** How the weights were made smaller, and what that changed over the test pictures; absent where they were not. */
    quantization: z
      .object({
        weights: z.enum(['int8', 'float16']),
        /** `weightsDigest` of the file that it was made of. */
        from: sha256,
        /** Training pictures from which the ranges of the activations were taken; 0 where none were needed. */
        calibrationPictures: count,
        n: count,
        accuracyBefore: fraction,
        changedLabels: count,
        maxProbabilityDifference: z.number().min(0),
      })
      .exactOptional(),
    /** Over all of the card but name, description and recipe; see models/card-proof.ts. Absent in older cards. */
    cardDigest: sha256.exactOptional(),
  })
  .superRefine((card, context) => {
    const [height, width, channels] = card.input.shape;
    if (card.input.prepare.rule === 'digit' && (height !== 28 || width !== 28 || channels !== 1)) {
      context.addIssue({ code: 'custom', path: ['input', 'shape'], message: '[28,28,1] for the digit rule' });
    }
    for (const [i, { probabilities }] of card.golden.entries()) {
      if (probabilities.length !== card.labels.length) {
        context.addIssue({
          code: 'custom',
          path: ['golden', i, 'probabilities'],
          message: `${card.labels.length} probabilities, one for each label`,
        });
      }
    }
  });

/** What a model file says of itself: labels, input, measurements, expected answers and where it came from. */
export type Card = z.infer<typeof cardSchema>;

/**
 * Reads and checks the card of a model file.
 *
 * @param model - the bytes of `model.onnx`.
 * @throws UserError when the bytes are no ONNX model, have no card or several, or the card is not valid; it names the field.
 */
export function readCard(model: Uint8Array): Card {
  const cards = readMetadataEntries(model).filter(([key]) => key === cardKey);
  if (cards.length > 1)
    throw new UserError(
      `the model has ${cards.length} cards, expected one "${cardKey}" in its metadata_props: readers would not agree on which counts. Export it again, or remove all but one`,
    );
  const text = cards[0]?.[1];
  if (text === undefined) {
    throw new UserError(
      `the model has no card: expected metadata_props to hold "${cardKey}", as "trainyard export" writes it`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`card: received text that is not JSON (${String(error)})`, { cause: error });
  }
  return checkCard(value);
}

/**
 * Checks that a value is a card.
 *
 * @throws UserError with one line for each wrong field, such as
 * `card.input.shape[2]: received 2, expected 1 or 3`.
 */
export function checkCard(value: unknown): Card {
  return checkValue(cardSchema, withTodaysInput(value), 'card.');
}

/** The recipe stays as it is written: the card has its digest. */
function withTodaysInput(card: unknown): unknown {
  if (typeof card !== 'object' || card === null || !('input' in card)) return card;
  return { ...card, input: withTodaysSpellings(card.input) };
}

/**
 * Checks a value against a schema.
 *
 * @param where - begins each line, before the name of the field.
 * @throws UserError with one line for each wrong field.
 */
export function checkValue<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const place = (where + fieldName(issue.path)).replace(/[. ]$/, '');
    if (issue.code === 'unrecognized_keys')
      return `${place}: received ${issue.keys.join(', ')}, which it does not have`;
    return `${place}: received ${shown(at(value, issue.path))}, expected ${expected(issue)}`;
  });
  throw new UserError(lines.join('\n'));
}

/**
 * The metadata of a model file: the card, and ONNX's standard keys for image inputs.
 * Equal cards give equal text: the keys are sorted and nothing depends on the time.
 *
 * Reference: ONNX, docs/MetadataProps.md, "Image Category Definition".
 *
 * @throws UserError when the card is not valid.
 */
export function cardMetadata(card: Card): Record<string, string> {
  return {
    'Image.BitmapPixelFormat': card.input.shape[2] === 1 ? 'Gray8' : 'Rgb8',
    'Image.ColorSpaceGamma': 'SRGB',
    'Image.NominalPixelRange': 'NominalRange_0_255',
    [cardKey]: canonicalJson(checkCard(card)),
  };
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), value);
}

/** A received value in a few words: long ones are cut. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** What a field should have been, in words. */
function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${issue.origin === 'array' ? ' items' : ''}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${issue.origin === 'array' ? ' items' : ''}`;
    default:
      return issue.message;
  }
}
