// card.json: what the maker of a model from elsewhere says about it, in a file beside its model.onnx.
import { z } from 'zod';
import { checkValue } from '../card.ts';
import { messageOf, UserError } from '../errors.ts';
import { goldenNames } from '../golden.ts';
import { withTodaysSpellings } from '../old-spellings.ts';
import { parseWrittenJson } from '../written-json.ts';

/** What the maker of a model from elsewhere says about it, beside its file. */
export const CARD_FILE = 'card.json';

const side = z.int().min(1).max(8192);
/** What the numbers of a model's output are. */
export const outputKinds = ['probabilities', 'logits', 'multi-label', 'multi-label-logits'] as const;

const outputKind = z.enum(outputKinds);

/** The output alone where there is one, or the one that is meant of several. */
const outputSchema = z.union(
  [outputKind, z.strictObject({ name: z.string().min(1), values: outputKind })],
  `${outputKinds.map((kind) => `"${kind}"`).join(', ')}, or {"name": "<output>", "values": "<one of these>"}`,
);

/** One for all channels, or one for each: how many these are is known below. */
const perChannel = z.union([z.number(), z.array(z.number())]);

/** The form of card.json. A field that it does not know is an error: it would be a mistyped one. */
export const plainCardSchema = z
  .strictObject({
    description: z.string().default(''),
    /** Name of each class, in the order of the output. */
    labels: z.array(z.string()).min(1),
    input: z.strictObject({
      /** Height and width in pixels. */
      size: z.tuple([side, side]),
      channels: z.enum(['RGB', 'BGR', 'gray']).default('RGB'),
      layout: z.enum(['NCHW', 'NHWC']),
      type: z.enum(['float32', 'float16', 'uint8']).default('float32'),
      /** A pixel becomes (pixel / scale - mean) / std; mean and std are one number, or one for each channel. */
      scale: z.number().positive().default(255),
      mean: perChannel.default(0),
      std: perChannel.default(1),
    }),
    resize: z
      .strictObject({
        filter: z.enum(['bilinear', 'bicubic']).default('bilinear'),
        crop: z.enum(['center', 'stretch']).default('center'),
        /** Pixels of the shorter side before the middle is cut out, as in torchvision's Resize(256), CenterCrop(224). */
        shorter: side.optional(),
      })
      .default({ filter: 'bilinear', crop: 'center' }),
    /**
     * What the model gives: probabilities of one label each, which sum to one, or logits that a softmax makes into them;
     * or of several labels at once, which sum to anything, or logits that a sigmoid makes into them.
     */
    output: outputSchema,
    /** Of several labels at once: the probability from which each is an answer; by default 0.5. */
    thresholds: z.array(z.number().min(0).max(1)).optional(),
    /** Probabilities that are expected of the built-in pictures of models/golden.ts. */
    golden: z
      .array(z.strictObject({ input: z.enum(goldenNames), probabilities: z.array(z.number().min(0).max(1)) }))
      .default([]),
  })
  .superRefine(({ input, resize }, context) => {
    const channels = input.channels === 'gray' ? 1 : 3;
    const wrong = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const name of ['mean', 'std'] as const) {
      const value = input[name];
      if (Array.isArray(value) && value.length !== channels) {
        wrong(['input', name], `one number, or ${channels}: one for each channel`);
      }
      if (name === 'std' && [value].flat().some((number) => number === 0)) wrong(['input', name], 'no zero');
      const trivial = [value].flat().every((number) => number === (name === 'std' ? 1 : 0));
      if (input.type === 'uint8' && !trivial) wrong(['input', name], 'none for an input of uint8');
    }
    if (resize.shorter === undefined) return;
    if (resize.crop === 'stretch') wrong(['resize', 'shorter'], 'none with crop "stretch"');
    else if (resize.shorter < Math.max(...input.size)) {
      wrong(['resize', 'shorter'], `at least ${Math.max(...input.size)}, the longer side of the input`);
    }
  });

export type PlainCard = z.infer<typeof plainCardSchema>;

/**
 * Reads and checks card.json.
 *
 * @throws UserError with one line for each wrong field, such as `card.json input.layout: received "NHCW", expected
 * "NCHW" or "NHWC"`.
 */
export function readPlainCard(file: string | Uint8Array): PlainCard {
  let value: unknown;
  try {
    value = parseWrittenJson(file);
  } catch (error) {
    throw new UserError(`${CARD_FILE} is not JSON: ${messageOf(error)}`);
  }
  return checkValue(plainCardSchema, inTodaysSpellings(value), `${CARD_FILE} `);
}

function inTodaysSpellings(value: unknown): unknown {
  try {
    return withTodaysSpellings(value);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${CARD_FILE} is nested too deeply to be a card`);
    throw error;
  }
}
