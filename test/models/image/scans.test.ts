// The scans of a JPEG: as many as there are markers of one, to a limit, and the most for what hides them.
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { MOST_PARTS } from '../../../models/image/file/parts.ts';
import { countScans } from '../../../models/image/scans.ts';

const SOS = Buffer.of(0xff, 0xda);

it('are the markers in a file, of which a regular expression finds as many', () => {
  const byte = fc.constantFrom(0xff, 0xda, 0xda, 0, 0xd0);
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 60 }), fc.nat(5), (bytes, from) => {
      // A view of a larger buffer, as chunks of a body are.
      const view = Uint8Array.from(bytes).subarray(from);
      const text = Buffer.from(view).toString('latin1');
      expect(countScans(view)).toBe(Math.max(1, text.match(/\xff\xda/g)?.length ?? 0));
    }),
    { numRuns: 500 },
  );
});

it('are one in a baseline JPEG, and several in a progressive one', async () => {
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#c08040' } });
  expect(countScans(await picture.jpeg().toBuffer())).toBe(1);
  // libjpeg's default script for pictures in color: jcparam.c, jpeg_simple_progression.
  expect(countScans(await picture.jpeg({ progressive: true }).toBuffer())).toBe(10);
});

it('end at the limit', () => {
  const scans = (n: number) => Buffer.alloc(2 * n, SOS);
  expect(countScans(scans(MOST_PARTS - 1))).toBe(MOST_PARTS - 1);
  expect(countScans(scans(MOST_PARTS + 1))).toBe(MOST_PARTS);
});

it('are the most where more than 2,097,152 places have the byte of the marker', () => {
  expect(countScans(Buffer.alloc(2 ** 21, 0xda))).toBe(1);
  expect(countScans(Buffer.alloc(2 ** 21 + 1, 0xda))).toBe(MOST_PARTS);
});
