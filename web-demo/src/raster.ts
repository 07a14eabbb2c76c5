// Turns the drawing into the picture that is classified: white ink on black, one byte a pixel.
import type { Picture } from '../../models/image/picture.ts';
import { createSurface } from './ink.ts';
import type { Drawing } from './strokes.ts';

/** Pixels a side: ten for each of the 28 that the model sees, so that area averaging has enough to average. */
const side = 280;

/**
 * Makes the function that rasterises drawings. It holds one canvas in main memory, since its pixels are read
 * after each movement of the pen.
 *
 * @throws Error when the browser gives no canvas.
 */
export function createRaster(): (drawing: Drawing) => Picture {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser has no 2D canvas');
  const surface = createSurface({
    canvas,
    context,
    colour: () => '#fff',
    background: (target) => {
      target.fillStyle = '#000';
      target.fillRect(0, 0, side, side);
    },
  });
  return (drawing) => {
    surface.paint(drawing);
    const rgba = context.getImageData(0, 0, side, side).data;
    const data = new Uint8Array(side * side);
    for (let i = 0; i < data.length; i++) data[i] = rgba[4 * i] ?? 0;
    return { data, width: side, height: side, channels: 1 };
  };
}
