// Every form in which an orientation may be written down: TIFF structures as EXIF has them, right and wrong.
import fc from 'fast-check';

/** What an EXIF block holds. */
export interface ExifShape {
  readonly order: 'II' | 'MM';
  /** Bytes between the header and the first directory. */
  readonly gap: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
  /** Other entries before and after, and a second directory, of a thumbnail, with an orientation of its own. */
  readonly before: boolean;
  readonly after: boolean;
  readonly thumbnail: number | undefined;
  /** A second orientation in the same directory. */
  readonly again: number | undefined;
  /** Entries that the directory claims beyond those that it has. */
  readonly surplus: number;
  readonly magic: number;
  /** Bytes behind, such as a maker's. */
  readonly padding: number;
}

/** Whether every reader reads it the same way. */
export function isUsual({ type, count, value, again, surplus, magic }: ExifShape): boolean {
  return (
    type === 3 &&
    count === 1 &&
    value >= 1 &&
    value <= 8 &&
    again === undefined &&
    surplus === 0 &&
    magic === 42
  );
}

const plain = {
  order: fc.constantFrom('II' as const, 'MM' as const),
  gap: fc.constantFrom(0, 0, 0, 2, 26),
  type: fc.constant(3),
  count: fc.constant(1),
  value: fc.integer({ min: 1, max: 8 }),
  before: fc.boolean(),
  after: fc.boolean(),
  thumbnail: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  again: fc.constant(undefined),
  surplus: fc.constant(0),
  magic: fc.constant(42),
  padding: fc.constantFrom(0, 0, 1, 40),
};

/** As cameras and programs write it. */
export const usualExif: fc.Arbitrary<ExifShape> = fc.record(plain);

/** As it should not be. */
export const oddExif: fc.Arbitrary<ExifShape> = fc.record({
  ...plain,
  type: fc.constantFrom(3, 3, 3, 4, 4, 1, 2, 5, 6, 7, 8, 9, 13, 0, 99),
  count: fc.constantFrom(1, 1, 1, 1, 0, 2, 3, 70_000),
  value: fc.constantFrom(0, 1, 3, 6, 8, 9, 255, 6 + 256, 65_536, 65_536 + 6),
  again: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined, freq: 4 }),
  surplus: fc.constantFrom(0, 0, 0, 1, 3000),
  magic: fc.constantFrom(42, 42, 42, 43, 0),
});

const sizes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4 };

/** The TIFF structure of an EXIF block, without `Exif\0\0`. */
export function exifOf(shape: ExifShape): Buffer {
  const little = shape.order === 'II';
  const u16 = (n: number) => {
    const out = Buffer.alloc(2);
    little ? out.writeUInt16LE(n & 0xffff) : out.writeUInt16BE(n & 0xffff);
    return out;
  };
  const u32 = (n: number) => {
    const out = Buffer.alloc(4);
    little ? out.writeUInt32LE(n >>> 0) : out.writeUInt32BE(n >>> 0);
    return out;
  };
  const value = (type: number, n: number) => {
    const size = sizes[type] ?? 2;
    const own = size === 1 ? Buffer.of(n & 255) : size === 2 ? u16(n) : u32(n);
    return Buffer.concat([own, Buffer.alloc(4)], 4);
  };
  const entry = (tag: number, type: number, count: number, field: Buffer) =>
    Buffer.concat([u16(tag), u16(type), u32(count), field]);

  const start = 8 + shape.gap;
  const entries = [
    ...(shape.before ? [entry(0x0100, 4, 1, u32(24)), entry(0x010f, 2, 3, Buffer.from('me\0\0'))] : []),
    entry(0x0112, shape.type, shape.count, value(shape.type, shape.value)),
    ...(shape.again === undefined ? [] : [entry(0x0112, 3, 1, value(3, shape.again))]),
    ...(shape.after ? [entry(0x0128, 3, 1, value(3, 2)), entry(0x0213, 3, 1, value(3, 1))] : []),
  ];
  const next = start + 2 + entries.length * 12 + 4;
  const second =
    shape.thumbnail === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([u16(1), entry(0x0112, 3, 1, value(3, shape.thumbnail)), u32(0)]);
  return Buffer.concat([
    Buffer.from(shape.order),
    u16(shape.magic),
    u32(start),
    Buffer.alloc(shape.gap),
    u16(entries.length + shape.surplus),
    ...entries,
    u32(second.length === 0 ? 0 : next),
    second,
    Buffer.alloc(shape.padding),
  ]);
}
