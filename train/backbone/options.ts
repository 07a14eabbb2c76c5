// Options of the command line about a network from elsewhere, and what they say of its input.
import type { InputDescription } from '../../models/adopt/description.ts';
import { UserError } from '../../models/errors.ts';
import { oneOf } from '../../models/nearest.ts';
import { scalingCalled, scalings } from './scaling.ts';

export const backboneOptions = {
  backbone: {
    type: 'string',
    valueHint: 'file',
    description:
      'Any ONNX file, or hf:owner/name of the Hugging Face Hub; a head is trained on its features, and it stays as it is',
  },
  features: {
    type: 'string',
    valueHint: 'name',
    description: "The value in its graph to train on; the last dense layer's input if left out",
  },
  scaling: {
    type: 'string',
    valueHint: Object.keys(scalings).join('|'),
    description: 'Range of its input',
  },
  mean: {
    type: 'string',
    valueHint: 'numbers',
    description: 'Mean of each channel, from 0 to 1, which it wants subtracted: 0.5,0.5,0.5',
  },
  deviation: {
    type: 'string',
    valueHint: 'numbers',
    description: 'Standard deviation of each channel, by which it wants to be divided: 0.5,0.5,0.5',
  },
  layout: {
    type: 'string',
    valueHint: 'nchw|nhwc',
    description: 'Order of its input, where the file leaves it open',
  },
} as const;

/** The texts of these options. */
export type BackboneArgs = { readonly [name in keyof typeof backboneOptions]?: string | undefined };

/** A network from elsewhere as it is asked for. */
export interface AskedBackbone {
  /** Absolute path of its file, or its address on the Hugging Face Hub. */
  readonly path: string;
  /** Name of the value to train on; found in the graph if left out. */
  readonly features?: string | undefined;
  /** What is said of its input, which goes before what the file says. */
  readonly input: InputDescription;
}

/**
 * The options, checked.
 * @param path - Absolute path of the file that `--backbone` names, or its address.
 * @throws UserError for a value that an option does not take
 */
export function askedBackbone(path: string, args: BackboneArgs): AskedBackbone {
  return { path, features: args.features, input: describedByOptions(args) };
}

function describedByOptions({ scaling, mean, deviation, layout: order }: BackboneArgs): InputDescription {
  const layout = order === undefined ? undefined : oneOf('--layout', ['nchw', 'nhwc'], order);
  if (scaling !== undefined && (mean !== undefined || deviation !== undefined))
    throw new UserError('--scaling says what --mean and --deviation would: give either.');
  const standardize =
    scaling !== undefined
      ? scalings[scalingCalled(scaling)]
      : mean !== undefined || deviation !== undefined
        ? { mean: numbersOf('mean', mean ?? '0'), deviation: numbersOf('deviation', deviation ?? '1') }
        : undefined;
  if (standardize?.deviation.some((each) => each <= 0))
    throw new UserError(`--deviation takes numbers above 0; received ${JSON.stringify(deviation)}.`);
  return { ...(layout && { layout }), ...(standardize && { standardize }) };
}

function numbersOf(option: string, text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.every(Number.isFinite) && (numbers.length === 1 || numbers.length === 3)) return numbers;
  throw new UserError(
    `--${option} takes one number, or three with commas between them; received ${JSON.stringify(text)}.`,
  );
}
