// What each transform does to a picture, and how it could make a label wrong.
import type { Position } from './flip.ts';
import { augmentImage } from './image.ts';
import type { AugmentOptions } from './schema.ts';

export interface Transform {
  readonly name: string;
  /** Its fields of the options: one of the first `decisive` turns it on. */
  readonly fields: readonly (keyof AugmentOptions)[];
  /** 1 where it is left out. */
  readonly decisive?: number;
  /** When it changes what a picture is of. */
  readonly risk: string;
}

const FRAME = 'what lies at the edge leaves the picture: wrong where everything counts, as in counting';

/** Every transform of one picture; mixing, which has its own labels, is not among them. */
export const transforms: readonly Transform[] = [
  {
    name: 'mirror',
    fields: ['flip'],
    risk: 'left and right change places: wrong for letters, hands, arrows',
  },
  {
    name: 'eight positions',
    fields: ['flipVert'],
    risk: 'up, down, left and right change places: wrong for letters, and for 6 and 9',
  },
  {
    name: 'rotation',
    fields: ['maxRotate', 'pAffine', 'padMode'],
    risk: `corners leave the picture, and their neighbors come in twice; ${FRAME}`,
  },
  { name: 'zoom', fields: ['maxZoom', 'minZoom', 'pAffine', 'padMode'], decisive: 2, risk: FRAME },
  { name: 'shift', fields: ['maxShift', 'pAffine', 'padMode'], risk: FRAME },
  { name: 'perspective', fields: ['maxWarp', 'pAffine', 'padMode'], risk: FRAME },
  { name: 'crop', fields: ['minScale', 'pAffine', 'padMode'], risk: FRAME },
  {
    name: 'light',
    fields: ['maxLighting', 'pLighting'],
    risk: 'brightness and contrast change: wrong where they are what is asked',
  },
  { name: 'erasing', fields: ['erase'], risk: 'a part is hidden: wrong where everything counts' },
  { name: 'whole-pixel shift', fields: ['translate'], risk: FRAME },
  { name: 'rotation of strokes', fields: ['rotate'], risk: 'wrong where the angle is what is asked' },
  { name: 'zoom of strokes', fields: ['zoom'], risk: FRAME },
  { name: 'stretch', fields: ['stretch'], risk: 'wrong where proportions are what is asked' },
  { name: 'slant', fields: ['shear'], risk: 'wrong where the angle is what is asked' },
  { name: 'shift of strokes', fields: ['shift'], risk: FRAME },
  { name: 'elastic', fields: ['elastic'], risk: 'strokes may touch or part' },
  { name: 'thickness', fields: ['thickness'], risk: 'thin strokes may vanish, near ones touch' },
];

/** The transforms that `options` turn on, each with the options that turn it on alone. */
export function transformsOf(options: AugmentOptions): (Transform & { readonly alone: AugmentOptions })[] {
  return transforms.flatMap((transform) => {
    const decisive = transform.fields.slice(0, transform.decisive ?? 1);
    if (!decisive.some((field) => isActive(options[field]))) return [];
    const own = transform.fields.flatMap((field) =>
      options[field] === undefined ? [] : [[field, options[field]]],
    );
    return [{ ...transform, alone: Object.fromEntries(own) as AugmentOptions }];
  });
}

function isActive(value: AugmentOptions[keyof AugmentOptions]): boolean {
  return typeof value === 'object' ? value.alpha > 0 : Boolean(value);
}

/** Side of the test picture, places that are looked at along an axis, and draws. */
const SIDE = 32;
const PLACES = 8;
const DRAWS = 24;

/**
 * How much of a picture cannot be seen any more: mean over draws, and the most in any of them, as shares of its area.
 * Measured by dots on an empty picture, so it holds for all that move pixels.
 */
export function lostShare(options: AugmentOptions): { mean: number; most: number } {
  const dots = Array.from({ length: PLACES ** 2 }, (_, i) => {
    const place = (k: number) => Math.round((k * (SIDE - 2)) / (PLACES - 1));
    const image = new Uint8Array(SIDE * SIDE);
    const first = place(Math.floor(i / PLACES)) * SIDE + place(i % PLACES);
    for (const pixel of [first, first + 1, first + SIDE, first + SIDE + 1]) image[pixel] = 255;
    return image;
  });
  const { maxLighting: _light, erase: _erase, ...rest } = options;
  const moving: AugmentOptions = { ...rest, padMode: 'zeros' };
  const lost = Array.from({ length: DRAWS }, (_, index) => {
    const at = { seed: 1, epoch: 0, index };
    const gone = dots.filter((dot) =>
      augmentImage(dot, [SIDE, SIDE, 1], moving, at).every((byte) => byte < 64),
    );
    return gone.length / dots.length;
  });
  return { mean: lost.reduce((sum, share) => sum + share, 0) / DRAWS, most: Math.max(...lost) };
}

/** The seed of looks at single transforms, so that they are none that training has seen. */
const TRIAL_SEED = 0x7e57;

/** The position of the `draw`th look at picture `index`. */
export function trialPosition(index: number, draw: number): Position {
  return { seed: TRIAL_SEED, epoch: draw, index };
}
