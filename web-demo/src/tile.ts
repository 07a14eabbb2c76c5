// Shows the pixels that the model sees, one for one; the style sheet enlarges them without smoothing.

/** Paints `[H,W,C]` uint8 (C 1 or 3) onto a canvas of just that size, or empties it for null. */
export function paintTile(
  canvas: HTMLCanvasElement,
  input: Uint8Array | null,
  [height, width, channels]: readonly [number, number, number],
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = input?.[i * channels + (channels === 1 ? 0 : c)] ?? 0;
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
