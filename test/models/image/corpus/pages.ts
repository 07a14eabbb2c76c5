// TIFFs of several pages, put together here: in both byte orders, classic and big, with directories anywhere. Their pixels
// are compressed, for Pillow turns those of one strip the wrong way that it maps from the file.
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { CorpusFile } from './jpegs.ts';

interface Page {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** The directory is before the pixels. */
  readonly first: boolean;
}

interface Kind {
  readonly little: boolean;
  readonly big: boolean;
}

const page: fc.Arbitrary<Page> = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  orientation: fc.integer({ min: 1, max: 8 }),
  first: fc.boolean(),
});

const endings = ['whole', 'whole', 'bytes behind', 'cut at the next page', 'circle'] as const;

export const tiffPages: fc.Arbitrary<CorpusFile> = fc
  .record({
    kind: fc.record({ little: fc.boolean(), big: fc.boolean() }),
    pages: fc.array(page, { minLength: 1, maxLength: 5 }),
    ending: fc.constantFrom(...endings),
  })
  .map(({ kind, pages, ending }) => {
    const { bytes, starts } = tiffOf(kind, pages, ending === 'circle');
    const second = ending === 'cut at the next page' ? starts[1] : undefined;
    return {
      what: `pages, ${ending}, ${JSON.stringify({ kind, pages })}`,
      aside:
        kind.big && !kind.little
          ? 'BigTIFF with the high byte first: Pillow does not read it'
          : second === undefined
            ? undefined
            : 'a second page that is not there',
      bytes: ending === 'bytes behind' ? Buffer.concat([bytes, Buffer.alloc(9)]) : bytes.subarray(0, second),
    };
  });

/** @param circle - the last page leads to the first one. @returns where the directories begin, too. */
export function tiffOf(
  { little, big }: Kind,
  pages: readonly Page[],
  circle = false,
): { bytes: Buffer; starts: number[] } {
  const number = (n: number, size: number) => {
    const out = Buffer.alloc(size);
    if (little) out.writeUIntLE(n, 0, Math.min(size, 6));
    else out.writeUIntBE(n, size - Math.min(size, 6), Math.min(size, 6));
    return out;
  };
  const place = (n: number) => number(n, big ? 8 : 4);
  const entry = (tag: number, value: number, type: 3 | 4 = 3) =>
    Buffer.concat([
      number(tag, 2),
      number(type, 2),
      place(1),
      number(value, type === 3 ? 2 : 4),
      Buffer.alloc((big ? 8 : 4) - (type === 3 ? 2 : 4)),
    ]);
  const tags = 10;
  const length = big ? 8 + tags * 20 + 8 : 2 + tags * 12 + 4;
  const head = big ? 16 : 8;
  const starts: number[] = [];
  let end = head;
  const data = pages.map(({ width, height }, i) =>
    deflateSync(Uint8Array.from({ length: width * height }, (_, k) => k * 37 + i * 11)),
  );
  for (const [i, { first }] of pages.entries()) {
    const size = data[i]?.length ?? 0;
    starts.push(first ? end : end + size);
    end += size + length;
  }
  const parts: Buffer[] = [
    Buffer.from(little ? 'II' : 'MM'),
    big ? Buffer.concat([number(43, 2), number(8, 2), number(0, 2)]) : number(42, 2),
    place(starts[0] ?? 0),
  ];
  for (const [i, { width, height, orientation, first }] of pages.entries()) {
    const [start = 0, pixels = Buffer.alloc(0)] = [starts[i], data[i]];
    const directory = Buffer.concat([
      number(tags, big ? 8 : 2),
      entry(256, width),
      entry(257, height),
      entry(258, 8),
      entry(259, 8),
      entry(262, 1),
      entry(273, first ? start + length : start - pixels.length, 4),
      entry(274, orientation),
      entry(277, 1),
      entry(278, height),
      entry(279, pixels.length, 4),
      place(starts[i + 1] ?? (circle ? (starts[0] ?? 0) : 0)),
    ]);
    parts.push(...(first ? [directory, pixels] : [pixels, directory]));
  }
  return { bytes: Buffer.concat(parts), starts };
}
