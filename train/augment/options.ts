// Augmentation on the command line: a preset, and an option for each transform, named as fastai names them.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { handwriting } from './handwriting.ts';
import { type AugmentOptions, augmentSchema } from './schema.ts';

/**
 * none: pictures as they are. gentle: nothing leaves the frame, so that counts and what lies at the edge stay true.
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

type Field = keyof AugmentOptions;

/** What an option sets, and how its text becomes a value. */
interface AugmentOption {
  readonly field: Field;
  readonly description: string;
  readonly parse: (text: string) => unknown;
}

const number = (field: Field, description: string): AugmentOption => ({
  field,
  description,
  parse: (text) => (text.trim() === '' ? text : Number(text)),
});
const word = (field: Field, description: string): AugmentOption => ({
  field,
  description,
  parse: (text) => text,
});

/** By the option's name, without the dashes. `off` turns a transform of the preset off. */
const options: Readonly<Record<string, AugmentOption>> = {
  flip: word('flip', 'Mirror left and right: random or alternating'),
  'flip-vert': {
    field: 'flipVert',
    description: 'All eight positions of a square: on',
    parse: (text) => text === 'on' || text,
  },
  'max-rotate': number('maxRotate', 'Rotate by up to so many degrees (photo: 10)'),
  'min-zoom': number('minZoom', 'Zoom by a factor from here'),
  'max-zoom': number('maxZoom', 'to here (photo: 1.1)'),
  'max-shift': number('maxShift', 'Shift by up to this fraction of the side'),
  'max-warp': number('maxWarp', 'Perspective, as a fraction (photo: 0.2)'),
  'min-scale': number('minScale', 'Crop a part of at least this share of the area'),
  'p-affine': number('pAffine', 'Share of pictures that each of these moves (0.75)'),
  'pad-mode': word('padMode', 'What comes in at the edges: reflection, border or zeros'),
  'max-lighting': number('maxLighting', 'Brightness and contrast, as a fraction (photo: 0.2)'),
  'p-lighting': number('pLighting', 'Share of pictures in another light (0.75)'),
  erase: number('erase', 'Share of pictures in which a rectangle is erased'),
  mixup: number('mixup', 'Blend with another picture, by Beta(so much) (fastai: 0.4)'),
  cutmix: number('cutmix', 'Put in a rectangle of another picture, by Beta(so much) (fastai: 1)'),
  rotate: number('rotate', 'Strokes: rotate by up to so many degrees (digits: 12)'),
  zoom: number('zoom', 'Strokes: zoom (digits: 0.12)'),
  stretch: number('stretch', 'Strokes: stretch (digits: 0.1)'),
  shear: number('shear', 'Strokes: slant by so many degrees (digits: 10)'),
  shift: number('shift', 'Strokes: shift by so many pixels (digits: 2)'),
  elastic: {
    field: 'elastic',
    description: "Strokes: elastic distortion, Simard's alpha (digits: 36)",
    parse: (text) => ({ alpha: Number(text), sigma: handwriting.elastic?.sigma }),
  },
  thickness: number('thickness', 'Strokes: thicker or thinner (digits: 0.4)'),
  translate: number('translate', 'Shift by up to so many whole pixels, edges reflected'),
};

/** The options for a command's definition. */
export const augmentOptions: Readonly<Record<string, { type: 'string'; description: string }>> = {
  augment: { type: 'string', description: `Augmentation: ${Object.keys(presets).join(', ')}` },
  ...Object.fromEntries(
    Object.entries(options).map(([name, { description }]) => [
      name,
      { type: 'string' as const, description },
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
  const result = augmentSchema.safeParse(Object.fromEntries(fields));
  if (result.success) return result.data;
  const complaints = result.error.issues.map(({ path, message }) => {
    const [name] = Object.entries(options).find(([, { field }]) => field === path[0]) ?? [String(path[0])];
    return `--${name} ${chosen[name] ?? ''}: ${message}`;
  });
  throw new UserError(`${complaints.join('\n')}\n\`off\` turns a transform off.`);
}

function presetOf(name: string): AugmentOptions {
  const found = Object.entries(presets).find(([preset]) => preset === name)?.[1];
  if (found !== undefined) return found;
  const names = Object.keys(presets);
  const guess = nearest(name, names);
  throw new UserError(
    `--augment takes ${names.join(', ')}; received ${JSON.stringify(name)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}
