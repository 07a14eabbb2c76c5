// What a model sees of a picture.
import type { Card } from '../../../models/card.ts';
import { flattenAlpha } from '../../../models/image/alpha.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { preparePicture } from '../../../models/image/prepare.ts';

/** The input `[H,W,C]` uint8 that the rule in a card makes of a picture. */
export function seenAs(picture: Picture, { input }: Card): Uint8Array {
  const source = input.prepare.rule === 'digit' ? flattenAlpha(picture) : picture;
  return preparePicture(source, input.shape, input.prepare);
}
