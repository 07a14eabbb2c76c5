// What augmentation does to a picture, one effect at a time, and how it could make a label wrong.
import { augmentImage } from './image.ts';
import { mixes, mixing } from './mix.ts';
import type { AugmentOptions } from './schema.ts';
import type { Effect, Position, TransformDefinition } from './transform.ts';
import { transforms } from './transforms.ts';

/** An effect that is on, with the options that turn it on alone. */
export interface ActiveEffect extends Effect {
  readonly alone: AugmentOptions;
}

/** The effects that `options` turn on. */
export function effectsOf(
  options: AugmentOptions,
  known: readonly TransformDefinition[] = transforms,
): ActiveEffect[] {
  const values = new Map<string, unknown>(Object.entries(options));
  return known
    .flatMap(({ effects }) => effects)
    .flatMap((effect) => {
      const decisive = effect.fields.slice(0, effect.decisive ?? 1);
      if (!decisive.some((field) => isActive(values.get(field)))) return [];
      const own = effect.fields
        .filter((field) => values.has(field))
        .map((field) => [field, values.get(field)]);
      return [{ ...effect, alone: Object.fromEntries(own) }];
    });
}

/** Whether `options` change any picture: one that says only how edges are filled changes none. */
export function isAugmented(options: AugmentOptions): boolean {
  return effectsOf(options).length > 0 || mixes(options) || ownFields(options).length > 0;
}

/** Fields that are none of ours, each of a transform of a user's own, which is named like it. */
export function ownFields(options: AugmentOptions): string[] {
  const ours = new Set([...transforms, mixing].flatMap(({ fields }) => Object.keys(fields)));
  return Object.keys(options).filter((field) => !ours.has(field));
}

/** Whether a field's value does anything; of a field with several numbers, the first says how much. */
function isActive(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  // One without options is on where it is named.
  const [first = true] = Object.values(value);
  return Boolean(first);
}

/** Side of the test picture, places that are looked at along an axis, those of the whole picture, and draws. */
const SIDE = 32;
const PLACES = 8;
const DOTS = PLACES ** 2;
const DRAWS = 24;

/**
 * How much of a picture cannot be seen any more: mean over draws, and the most in any of them, as shares of its area.
 * Measured by dots on an empty picture, each in a channel of its own, so it holds for all that move pixels.
 */
export function lostShare(options: AugmentOptions): { mean: number; most: number } {
  const dots = new Uint8Array(SIDE * SIDE * DOTS);
  const place = (k: number) => Math.round((k * (SIDE - 2)) / (PLACES - 1));
  for (let dot = 0; dot < DOTS; dot++) {
    const first = place(Math.floor(dot / PLACES)) * SIDE + place(dot % PLACES);
    for (const pixel of [first, first + 1, first + SIDE, first + SIDE + 1]) dots[pixel * DOTS + dot] = 255;
  }
  const { maxLighting: _light, erase: _erase, ...rest } = options;
  const moving: AugmentOptions = { ...rest, padMode: 'zeros' };
  const lost = Array.from({ length: DRAWS }, (_, index) => {
    const picture = augmentImage(dots, [SIDE, SIDE, DOTS], moving, { seed: 1, epoch: 0, index });
    const seen = new Set<number>();
    for (const [i, byte] of picture.entries()) if (byte >= 64) seen.add(i % DOTS);
    return 1 - seen.size / DOTS;
  });
  return { mean: lost.reduce((sum, share) => sum + share, 0) / DRAWS, most: Math.max(...lost) };
}

/** The seed of looks at single transforms, so that they are none that training has seen. */
const TRIAL_SEED = 0x7e57;

/** The position of the `draw`th look at picture `index`. */
export function trialPosition(index: number, draw: number): Position {
  return { seed: TRIAL_SEED, epoch: draw, index };
}
