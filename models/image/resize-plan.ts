// What a resize will do, known from sizes alone: the order of its passes, and how much they go through. The resize
// follows it; limits and estimates look at it before a picture is decoded.
import { type Axis, type Filter, spanOf, tapsEach } from './taps.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels, within the resized picture. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ResizePlan {
  readonly columns: Axis;
  readonly rows: Axis;
  /** Whether there is a horizontal pass, and a vertical one. */
  readonly across: boolean;
  readonly down: boolean;
  /** The vertical pass is the first. */
  readonly downFirst: boolean;
  /** Pixels that the first pass makes for the second. */
  readonly between: number;
  /** The work of both passes: how often a pixel is multiplied by its weight, and what it takes to make the weights. */
  readonly steps: number;
}

/**
 * A picture that is more than so many times as tall as wide is resized vertically first: 1 x 2,000,000 pixels for a
 * 224 pixels wide input would otherwise become 224 x 2,000,000. Reference: `Image.resize` of Pillow 12.3.
 */
const TALL = 100;

/**
 * Only where the horizontal pass would make more pixels than this. Each pass rounds, so the order changes a few bytes;
 * models know the bytes of the usual one, which costs little for smaller pictures.
 */
const LARGE = 4_000_000;

/** Making a weight takes as long as so many products of a pixel and its weight. */
const WEIGHT_STEPS = 5;

/** Plans the resize of a picture to `target`, of which only `window` is wanted. */
export function planResize(picture: Size, target: Size, window: Window, filter: Filter): ResizePlan {
  const columns: Axis = {
    ...{ inSize: picture.width, outSize: target.width, from: window.x, n: window.width },
    filter,
  };
  const rows: Axis = {
    ...{ inSize: picture.height, outSize: target.height, from: window.y, n: window.height },
    filter,
  };
  const whole = window.width === target.width && window.height === target.height;
  const across = target.width !== picture.width || !whole;
  const down = target.height !== picture.height || !whole;

  const tall = picture.height > TALL * picture.width && target.height < picture.height;
  const usual = (down ? lengthOf(rows) : picture.height) * window.width;
  const downFirst = tall && across && down && usual > LARGE;
  const between = downFirst ? lengthOf(columns) * window.height : usual;
  const { width, height } = window;
  const acrossRows = downFirst ? height : usual / width;
  const downColumns = downFirst ? lengthOf(columns) : width;
  const steps =
    (across ? width * weightsEach(columns) * (acrossRows + WEIGHT_STEPS) : 0) +
    (down ? height * weightsEach(rows) * (downColumns + WEIGHT_STEPS) : 0);
  return { columns, rows, across, down, downFirst, between, steps };
}

function lengthOf(axis: Axis): number {
  const { start, end } = spanOf(axis);
  return end - start;
}

function weightsEach(axis: Axis): number {
  return Math.min(axis.inSize, tapsEach(axis));
}
