// The count of a picture's dark parts is what Pillow's flood fill finds.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countCircles } from '../../../train/datasets/circles-count.ts';
import { python } from '../../python.ts';

const SCRIPT = `
import json, sys
from PIL import Image, ImageDraw
counts = []
for picture in json.load(sys.stdin):
    image = Image.new('L', (picture['width'], picture['height']))
    # 148 is half way from ink, 40, to paper, 255, rounded up: what is below it is dark.
    image.putdata([0 if byte < 148 else 255 for byte in picture['bytes']])
    parts = 0
    for y in range(image.height):
        for x in range(image.width):
            if image.getpixel((x, y)) == 0:
                ImageDraw.floodfill(image, (x, y), 255)
                parts += 1
    counts.append(parts)
print(json.dumps(counts))`;

it('counts the dark parts that are connected by their sides', () => {
  const byte = fc.constantFrom(0, 40, 147, 148, 255);
  const drawn = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([height, width]) =>
      fc
        .array(byte, { minLength: height * width, maxLength: height * width })
        .map((bytes) => ({ height, width, bytes })),
    );
  const pictures = fc.sample(drawn, 300);
  const counted = pictures.map(({ height, width, bytes }) =>
    countCircles(Uint8Array.from(bytes), [height, width, 1]),
  );
  expect(counted).toEqual(JSON.parse(python(SCRIPT, [], Buffer.from(JSON.stringify(pictures)))));
  expect(Math.max(...counted)).toBeGreaterThan(5);
});
