// The card: what a model file says about itself, stored as JSON in the ONNX file's metadata_props.
import { z } from 'zod';
import { canonicalJson } from './canonical.ts';
import { asWritten } from './card/as-written.ts';
import { multiCardSchema, TASK_FORMAT } from './card/multi.ts';
import { regressionCardSchema } from './card/regression.ts';
import { SINGLE_FORMAT, singleCardSchema } from './card/single.ts';
import { UserError } from './errors.ts';
import { withTodaysSpellings } from './old-spellings.ts';
import { readMetadataEntries } from './onnx/metadata.ts';

/** Key of the card in `metadata_props`. */
export const cardKey = 'trainyard.card';

/** A card's form, one for each task. Fields that it does not know are ignored, so that a newer card can be read. */
export const cardSchema = z.union([singleCardSchema, multiCardSchema, regressionCardSchema]);

/** What a model file says of itself: labels, input, measurements, expected answers and where it came from. */
export type Card = z.infer<typeof cardSchema>;

/** What a model answers with: one label, any number of labels, or numbers. */
export type Task = Card['task'];

/** The card of a model with one task. */
export type CardOf<T extends Task> = Extract<Card, { readonly task: T }>;

/** Whether a card is one of this task. */
export function isOfTask<T extends Task>(card: Card, task: T): card is CardOf<T> {
  return card.task === task;
}

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
  const { format } = checkValue(formatSchema, value, 'card.');
  const card = withTodaysInput(value);
  if (format === SINGLE_FORMAT) return checkValue(singleCardSchema, card, 'card.');
  const { task } = checkValue(taskSchema, value, 'card.');
  return checkValue(taskCardSchemas[task], card, 'card.');
}

const formatSchema = z.object({ format: z.enum([SINGLE_FORMAT, TASK_FORMAT]) });
const taskCardSchemas = { multi: multiCardSchema, regression: regressionCardSchema };
const taskSchema = z.object({ task: z.enum(['multi', 'regression']) });

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
    [cardKey]: canonicalJson(asWritten(checkCard(card))),
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
