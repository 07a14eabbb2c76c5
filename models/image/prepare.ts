// Turns a decoded, upright picture into the input of a model, by the rule that the model's card names.
import { flattenAlpha } from './alpha.ts';
import type { Patch } from './area.ts';
import { type Check, unchecked } from './check.ts';
import { digitPlace, prepareDigit } from './digit.ts';
import { gray } from './gray.ts';
import type { Picture } from './picture.ts';
import { resizeWindow } from './resize.ts';
import { planResize, type ResizePlan, type Size, type Window } from './resize-plan.ts';
import type { Shape } from './shape.ts';

/**
 * How a picture becomes an input. `digit`: MNIST's rule, see digit.ts. `resize`: Pillow's resize; `stretch` ignores
 * the picture's proportions, `center` keeps them, fills the input and cuts off equally at both ends; with `shorter`, the
 * shorter side is resized to so many pixels first, so that more is cut off.
 */
export type Prepare =
  | { rule: 'digit' }
  | {
      rule: 'resize';
      filter: 'bilinear' | 'bicubic';
      crop: 'center' | 'stretch';
      shorter?: number | undefined;
    };

/**
 * Makes a model's input from a picture: alpha over white, gray or color as the model wants it, then the rule.
 *
 * @param shape - `[H,W,C]` with 1 or 3 channels; `[28,28,1]` for the digit rule.
 * @param check - called every few milliseconds; what it throws ends the work.
 * @returns `[H,W,C]` uint8.
 * @throws RangeError when the shape does not fit the rule.
 */
export function preparePicture(
  picture: Picture,
  shape: Shape,
  rule: Prepare,
  check: Check = unchecked,
): Uint8Array {
  const [height, width, channels] = shape;
  if (rule.rule === 'digit') {
    if (height !== 28 || width !== 28 || channels !== 1) {
      throw new RangeError(
        `preparePicture: received shape [${shape}], expected [28,28,1] for the digit rule`,
      );
    }
    return prepareDigit(picture, check);
  }
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`preparePicture: received ${channels} channels, expected 1 or 3`);
  }
  const source = channels === 1 ? gray(picture) : flattenAlpha(picture);
  check();
  const { full, window } = geometryOf(picture, shape, rule);
  const resized = resizeWindow(source, full.width, full.height, rule.filter, window, { check });
  // Gray becomes color only now: its channels are alike, and so are the sums of each.
  return new Uint8Array((channels === 1 ? resized : color(resized)).data);
}

/**
 * What the resize of a picture will do, known from its upright size.
 *
 * @returns undefined for the digit rule, whose work is that of the picture's own pixels.
 */
export function planPrepare(picture: Size, shape: Shape, rule: Prepare): ResizePlan | undefined {
  if (rule.rule === 'digit') return undefined;
  const { full, window } = geometryOf(picture, shape, rule);
  return planResize(picture, full, window, rule.filter);
}

/**
 * The part of a picture that becomes the input, in the picture's pixels: edges may lie between pixels, and with the digit rule
 * outside of the picture.
 *
 * @returns undefined where the digit rule finds no ink.
 */
export function placeOf(picture: Picture, shape: Shape, rule: Prepare): Patch | undefined {
  if (rule.rule === 'digit') return digitPlace(picture);
  const { full, window } = geometryOf(picture, shape, rule);
  const [across, down] = [picture.width / full.width, picture.height / full.height];
  return {
    x: window.x * across,
    y: window.y * down,
    width: window.width * across,
    height: window.height * down,
  };
}

/**
 * The size to which a picture is scaled, and the window of it that is the input. In the center: the picture just fills
 * `width` x `height`, of which the middle is taken; for a square input the same as torchvision's `Resize(side)` and
 * `CenterCrop(side)` on a Pillow image.
 */
function geometryOf(
  picture: Size,
  [height, width]: Shape,
  { crop, shorter }: Prepare & { rule: 'resize' },
): { full: Size; window: Window } {
  if (crop === 'stretch') return { full: { width, height }, window: { x: 0, y: 0, width, height } };
  const [fullWidth, fullHeight] =
    shorter === undefined ? filling(picture, width, height) : scaled(picture, shorter);
  const x = halfToEven(fullWidth - width);
  const y = halfToEven(fullHeight - height);
  return { full: { width: fullWidth, height: fullHeight }, window: { x, y, width, height } };
}

/** Sides of a picture that just fills `width` x `height`. */
function filling(picture: Size, width: number, height: number): [width: number, height: number] {
  const wide = picture.width * height >= picture.height * width;
  const fullWidth = wide ? Math.max(width, Math.trunc((height * picture.width) / picture.height)) : width;
  const fullHeight = wide ? height : Math.max(height, Math.trunc((width * picture.height) / picture.width));
  return [fullWidth, fullHeight];
}

/** Sides of a picture whose shorter one has so many pixels. */
function scaled({ width, height }: Size, shorter: number): [width: number, height: number] {
  return width <= height
    ? [shorter, Math.trunc((shorter * height) / width)]
    : [Math.trunc((shorter * width) / height), shorter];
}

/** Half of a whole number, rounded to the even neighbor when it lies between two, as Python's `round` does. */
function halfToEven(n: number): number {
  const half = Math.floor(n / 2); // not by a shift: a scaled picture may have more than 2^31 pixels a side
  return n % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

function color(picture: Picture): Picture {
  if (picture.channels !== 1) return picture;
  const { data, width, height } = picture;
  const out = new Uint8Array(data.length * 3);
  for (let i = 0; i < data.length; i++) out.fill(data[i] ?? 0, i * 3, i * 3 + 3);
  return { data: out, width, height, channels: 3 };
}
