// Single values of protobuf's wire, those of 64 bits without rounding.
import type protobuf from 'protobufjs';

/** Reads a value of a type of protobuf. @throws RangeError for a size or version beyond 2^53 - 1, which `place` names. */
export function readScalar(reader: protobuf.Reader, type: string, place: string): unknown {
  switch (type) {
    case 'int64':
    case 'uint64':
      return readInteger(reader, type, place);
    case 'int32':
      return reader.int32();
    case 'bool':
      return reader.bool();
    case 'float':
      return reader.float();
    case 'double':
      return reader.double();
    case 'string':
      return reader.string();
    case 'bytes':
      return reader.bytes();
  }
  throw new Error(`no reader of ${type}`);
}

/** Writes a value of a type of protobuf. @throws RangeError for a whole number that 64 bits do not hold. */
export function writeScalar(writer: protobuf.Writer, type: string, value: unknown, place: string): void {
  switch (type) {
    case 'int64':
      writer.int64(inTwoHalves(value, type, place));
      return;
    case 'uint64':
      writer.uint64(inTwoHalves(value, type, place));
      return;
    case 'int32':
      writer.int32(Number(value));
      return;
    case 'bool':
      writer.bool(value === true);
      return;
    case 'float':
      writer.float(Number(value));
      return;
    case 'double':
      writer.double(Number(value));
      return;
    case 'string':
      writer.string(String(value));
      return;
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw new TypeError(`${place}: expected bytes`);
      writer.bytes(value);
      return;
  }
  throw new Error(`no writer of ${type}`);
}

/** Adds the values of a list whose values are one after another: millions of floats where weights are lists. */
export function readPacked(reader: protobuf.Reader, type: string, place: string, list: unknown[]): void {
  if (type === 'float' || type === 'double') {
    // Not spread: a call takes no million arguments.
    for (const value of type === 'float' ? reader.floats() : reader.doubles()) list.push(value);
    return;
  }
  const stop = reader.uint32() + reader.pos;
  while (reader.pos < stop) list.push(readScalar(reader, type, place));
  if (reader.pos !== stop) throw new RangeError(`${place} ends behind its end`);
}

/** The same of writing. */
export function writePacked(
  writer: protobuf.Writer,
  type: string,
  values: readonly unknown[],
  place: string,
): void {
  writer.fork();
  for (const value of values) writeScalar(writer, type, value, place);
  writer.ldelim();
}

/** Sizes, versions and places: what is counted, and cannot be beyond 2^53 - 1 in any file that can be read. */
const COUNTS = /\.(ir_version|version|dims|dim_value)$/;

/** Bytes of a number that a double holds whatever it is: seven bits in each. */
const EXACT = 7;

/** A varint has at most ten bytes. */
const LONGEST = 10;

/** A number where a double holds it, else a bigint. */
function readInteger(reader: protobuf.Reader, type: 'int64' | 'uint64', place: string): number | bigint {
  const start = reader.pos;
  const bytes = reader.skip().raw(start, reader.pos);
  if (bytes.length > LONGEST) throw new Error('invalid varint encoding');
  if (bytes.length <= EXACT) return bytes.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
  const bits = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 127), 0n);
  const value = type === 'uint64' ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits);
  if (Number.isSafeInteger(Number(value))) return Number(value);
  if (COUNTS.test(place))
    throw new RangeError(`${place}: received ${value}, expected a whole number up to 2^53 - 1`);
  return value;
}

/** What protobufjs writes: numbers as they are, bigints as their two halves. */
function inTwoHalves(value: unknown, type: 'int64' | 'uint64', place: string): number | protobuf.Long {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const unsigned = type === 'uint64';
  const exact = typeof value === 'bigint';
  if (!exact || (unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value)) !== value)
    throw new RangeError(`${place}: received ${String(value)}, expected a whole number of 64 bits`);
  const [low, high] = [BigInt.asIntN(32, value), BigInt.asIntN(32, value >> 32n)];
  return { low: Number(low), high: Number(high), unsigned };
}
