// Photographs of digits on paper, made by sharp: other pens, shadows, noise, blur and sizes than those that a detector of
// novelty is fitted to, and JPEG besides.
import sharp, { type Sharp } from 'sharp';
import { preparePicture } from '../../../models/image/prepare.ts';
import { normal, type Random, random } from '../../../train/random.ts';

type Place = readonly [x: number, y: number];

/**
 * `[28,28]` uint8, prepared by the digit rule, of a photograph of a line through places of the unit square.
 * @param isFine - a hair line, on a picture that is sharp and without noise, as an app that scans paper makes it.
 */
export async function photographedStrokes(
  strokes: readonly (readonly Place[])[],
  i: number,
  isFine = false,
): Promise<Uint8Array> {
  const next = random(4, 'paper and pen', i);
  const side = Math.round(110 + 340 * next());
  const [pen, color] = [(0.045 + (isFine ? 0.03 : 0.1) * next()) * side, Math.round(70 * next())];
  const lines = strokes.map(
    (stroke) =>
      `M${stroke.map(([x, y]) => `${pen + (side - 2 * pen) * x} ${pen + (side - 2 * pen) * y}`).join('L')}`,
  );
  const ink = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><path d="${lines.join('')}" fill="none"
    stroke="rgb(${color},${color},${color + 40})" stroke-width="${pen}" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return prepared(await photograph(sharp(Buffer.from(ink)), side, next, isFine));
}

/** The same of a test image `[28,28]` of MNIST, enlarged; a level that is taken for ink makes its line thicker or thinner. */
export async function photographedImage(image: Uint8Array, i: number): Promise<Uint8Array> {
  const next = random(4, 'paper and image', i);
  const side = Math.round(110 + 340 * next());
  const level = 70 + 110 * next();
  const { data } = await sharp(image, { raw: { width: 28, height: 28, channels: 1 } })
    .resize(side, side, { kernel: 'cubic' })
    .linear(3, 128 - 3 * level)
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const color = Math.round(70 * next());
  const rgba = Buffer.alloc(side * side * 4, color);
  for (const [k, value] of data.entries()) rgba[4 * k + 3] = value;
  return prepared(
    await photograph(sharp(rgba, { raw: { width: side, height: side, channels: 4 } }), side, next),
  );
}

/** A JPEG of ink on shaded paper, from a hand that does not hold still. */
async function photograph(ink: Sharp, side: number, next: Random, isFine = false): Promise<Buffer> {
  const [width, height] = [1.1 + 1.1 * next(), 1.1 + 0.7 * next()].map((share) => Math.round(share * side));
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const turned = await ink
    .png()
    .toBuffer()
    .then((png) =>
      sharp(png)
        .rotate(12 * next() - 6, { background: clear })
        .toBuffer({ resolveWithObject: true }),
    );
  const inside = await sharp(turned.data)
    .resize(Math.min(turned.info.width, width ?? side), Math.min(turned.info.height, height ?? side), {
      fit: 'inside',
    })
    .toBuffer({ resolveWithObject: true });
  const [bright, dark] = [190 + 60 * next(), 110 + 70 * next()].map(Math.round);
  const [angle, from, to] = [360 * next(), 0.4 * next(), 0.6 + 0.4 * next()];
  const paper = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="light" gradientTransform="rotate(${angle} 0.5 0.5)"><stop offset="${from}" stop-color="rgb(${bright},${bright},${(bright ?? 0) - 12})"/>
    <stop offset="${to}" stop-color="rgb(${dark},${dark},${(dark ?? 0) - 8})"/></linearGradient>
    <rect width="${width}" height="${height}" fill="url(#light)"/></svg>`;
  const flat = await sharp(Buffer.from(paper))
    .composite([{ input: inside.data }])
    .removeAlpha()
    .png()
    .toBuffer();
  const { data, info } = await sharp(flat)
    .blur(isFine ? 0.4 : 0.4 + (next() * side) / 90)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const noise = isFine ? 0 : 1 + 5 * next();
  for (const [k, value] of data.entries())
    data[k] = Math.min(255, Math.max(0, Math.round(value + noise * normal(next))));
  const { width: w, height: h, channels } = info;
  return sharp(data, { raw: { width: w, height: h, channels } })
    .jpeg({ quality: Math.round(55 + 40 * next()) })
    .toBuffer();
}

async function prepared(jpeg: Buffer): Promise<Uint8Array> {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return preparePicture({ data, width: info.width, height: info.height, channels: 3 }, [28, 28, 1], {
    rule: 'digit',
  });
}
