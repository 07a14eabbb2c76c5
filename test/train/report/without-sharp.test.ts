// Where sharp, an optional package, is not installed, a folder of plain pictures still becomes a data set, and its reports
// show them: the package is hidden from the modules of this test.
import sharpOfTheTest from 'sharp';
import { expect, it, vi } from 'vitest';
import { loadSharp } from '../../../models/image/decode/sharp.ts';
import { decode } from '../../../train/datasets/folder/decode.ts';
import { sheetOf } from '../../../train/report/pictures.ts';

const hidden = vi.hoisted(() => ({ yes: false }));
vi.mock('sharp', async (original) => {
  const module = await original<{ default: unknown }>();
  return {
    get default() {
      if (hidden.yes) throw new Error("Cannot find package 'sharp'");
      return module.default;
    },
  };
});

const [width, height] = [24, 18];
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 31) & 255);

it('plain JPEGs and PNGs are decoded to the same pixels, others are refused with what to do', async () => {
  const raw = () => sharpOfTheTest(pixels, { raw: { width, height, channels: 3 } });
  const files = {
    'a.png': await raw().png().toBuffer(),
    'b.jpg': await raw().withMetadata({ orientation: 6 }).withIccProfile('srgb').jpeg().toBuffer(),
    'c.jpg': await raw().jpeg().toBuffer(),
    'd.webp': await raw().webp().toBuffer(),
    'e.png': await raw().png({ progressive: true }).toBuffer(),
  };
  const withSharp = [await decode('a.png', files['a.png']), await decode('c.jpg', files['c.jpg'])];
  hidden.yes = true;
  try {
    for (const [i, name] of (['a.png', 'c.jpg'] as const).entries()) {
      const { picture } = await decode(name, files[name]);
      expect([...picture.data], name).toEqual([...(withSharp[i]?.picture.data ?? [])]);
    }
    await expect(decode('b.jpg', files['b.jpg'])).rejects.toThrow(
      /^this kind of JPEG is read by .*: npm install sharp$/,
    );
    await expect(decode('e.png', files['e.png'])).rejects.toThrow(
      /^this kind of PNG is read by .*: npm install sharp$/,
    );
    await expect(decode('d.webp', files['d.webp'])).rejects.toThrow(
      /^WebP is read by .*: npm install sharp$/,
    );
    await expect(loadSharp()).rejects.toMatchObject({
      name: 'NoSharp',
      message: expect.stringMatching(
        /^The package sharp.* npm install sharp \(Cannot find package 'sharp'\)$/,
      ),
      cause: expect.any(Error),
    });
  } finally {
    hidden.yes = false;
  }
});

it('a sheet of tiles is a PNG of the same pixels', async () => {
  const tiles = [pixels, pixels.map((value) => 255 - value)];
  hidden.yes = true;
  const { uri } = await sheetOf(tiles, [height, width, 3]).finally(() => {
    hidden.yes = false;
  });
  const png = Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64');
  const { data, info } = await sharpOfTheTest(png).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([2 * width, height, 3]);
  expect([...data.subarray(0, width * 3)]).toEqual([...pixels.subarray(0, width * 3)]);
});
