// Where pictures, and parts of them, lie on the square sheet on which they are shown. A sheet's sides are 1.
import type { Rectangle } from '../../component/index.ts';

/** A picture that is as large as it fits, in the middle: as `object-fit: contain` places it. */
export function contained({ width, height }: { readonly width: number; readonly height: number }): Rectangle {
  const longer = Math.max(width, height);
  const [wide, high] = [width / longer, height / longer];
  return { x: (1 - wide) / 2, y: (1 - high) / 2, width: wide, height: high };
}

/**
 * Where a part of something lies.
 *
 * @param frame - where the whole lies.
 * @param size - of the whole, in the part's own pixels.
 */
export function partOf(
  frame: Rectangle,
  size: { readonly width: number; readonly height: number },
  part: Rectangle,
): Rectangle {
  const [across, down] = [frame.width / size.width, frame.height / size.height];
  return {
    x: frame.x + part.x * across,
    y: frame.y + part.y * down,
    width: part.width * across,
    height: part.height * down,
  };
}
