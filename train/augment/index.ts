// Augmentation: what a recipe may ask for, and how an image gets it.
export { effectsOf, isAugmented, lostShare, ownFields, trialPosition } from './effects.ts';
export { handwriting } from './handwriting.ts';
export { augmentImage } from './image.ts';
export { mixes, mixOf } from './mix.ts';
export { augmentBy, augmentOptions, presets } from './options.ts';
export { type AugmentOptions, augmentSchema } from './schema.ts';
export type { Position } from './transform.ts';
