// Pictures of MNIST's test set as files, as people send them.
import sharp from 'sharp';
import { loadDataset } from '../../train/datasets/index.ts';

/** A test image as a PNG: light ink on dark paper, 28x28. The first is a 7. */
export async function digitPng(index: number): Promise<Buffer> {
  const { test, shape } = await loadDataset('mnist');
  const [height, width] = shape;
  const size = height * width;
  const pixels = test.images.slice(index * size, (index + 1) * size);
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
