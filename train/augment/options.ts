// Augmentation on the command line: a preset, and an option for each transform, named as fastai names them.
import { UserError } from '../../models/errors.ts';
import { oneOf } from '../../models/nearest.ts';
import { validate } from '../../models/validate.ts';
import { handwriting } from './handwriting.ts';
import { type AugmentOptions, augmentOptionsOf, augmentSchema } from './schema.ts';
import { transforms } from './transforms.ts';

/**
 * none: pictures as they are. gentle: nothing leaves the frame, so that counts and what is at the edge stay true.
 * photo: fastai's `aug_transforms()`. aerial: fastai's for pictures from above (its course's planet data:
 * `flip_vert=True, max_lighting=0.1, max_zoom=1.05, max_warp=0`). digits: other hands and pens; see handwriting.ts.
 */
export const presets = {
  none: {},
  gentle: { flip: 'random', maxLighting: 0.1 },
  photo: { flip: 'random', maxRotate: 10, maxZoom: 1.1, maxWarp: 0.2, maxLighting: 0.2 },
  aerial: { flipVert: true, maxRotate: 10, maxZoom: 1.05, maxLighting: 0.1 },
  digits: handwriting,
} as const satisfies Record<string, AugmentOptions>;

/** By the option's name, without the dashes. `off` turns a transform of the preset off. */
const options = augmentOptionsOf(transforms);

/** The options for a command's definition. */
export const augmentOptions: Readonly<
  Record<string, { type: 'string'; valueHint: string; description: string }>
> = {
  augment: {
    type: 'string',
    valueHint: Object.keys(presets).join('|'),
    description: 'Several of these together; each can be changed by its own option',
  },
  ...Object.fromEntries(
    Object.entries(options).map(([name, { valueHint, description }]) => [
      name,
      { type: 'string' as const, valueHint, description },
    ]),
  ),
};

/**
 * What `chosen` makes of a recipe's augmentation: the preset if one is named, then each transform that is.
 * @param chosen - Texts by option, those of `augmentOptions`; others are left alone.
 * @throws UserError for a preset or a value that is not there, with what is
 */
export function augmentBy(own: AugmentOptions, chosen: Readonly<Record<string, string>>): AugmentOptions {
  const { augment: preset } = chosen;
  const fields = new Map<string, unknown>(Object.entries(preset === undefined ? own : presetOf(preset)));
  for (const [name, { field, parse }] of Object.entries(options)) {
    const text = chosen[name];
    if (text === 'off') fields.delete(field);
    else if (text !== undefined) fields.set(field, parse(text));
  }
  const { value, problems } = validate(augmentSchema, Object.fromEntries(fields));
  if (problems === undefined) return value;
  const lines = problems.map(({ path, message }) => {
    const [name] = Object.entries(options).find(([, { field }]) => field === path[0]) ?? [String(path[0])];
    const expected = message.replace(/^expected/, 'takes').replace(/; received .*$/, '');
    return `--${name} ${expected}; received ${JSON.stringify(chosen[name] ?? '')}.`;
  });
  throw new UserError(`${lines.join('\n')}\n\`off\` turns a transform off.`);
}

function presetOf(name: string): AugmentOptions {
  const names = Object.keys(presets) as (keyof typeof presets)[];
  return presets[oneOf('--augment', names, name)];
}
