// The elements of a tensor where they are not raw bytes: `InferTensorContents`, a list for each kind of type.
// Read and written without an object for each element, since a message of megabytes may hold as many of them.
import protobuf from 'protobufjs/minimal.js';
import { Refusal } from '../refusal.ts';

/** Numbers of its fields, and the type of each on the wire. */
const UINT_CONTENTS = 4;
const FP32_CONTENTS = 6;
const BYTES_CONTENTS = 8;

/** How a list without tags, a single number, and bytes are on the wire. */
const VARINT = 0;
const DELIMITED = 2;

/**
 * The elements of a tensor of type UINT8.
 *
 * @throws Refusal 400 for one beyond 255, and for what is no such message.
 */
export function readUintContents(bytes: Uint8Array, name: string): Uint8Array {
  const out = new Uint8Array(bytes.length); // each is a byte of the message at least
  let n = 0;
  eachField(bytes, name, (reader, field, kind) => {
    if (field !== UINT_CONTENTS || (kind !== VARINT && kind !== DELIMITED)) return false;
    const stop = kind === DELIMITED ? reader.uint32() + reader.pos : reader.pos + 1;
    while (reader.pos < stop) {
      const value = reader.uint32();
      if (value > 255)
        throw new Refusal(400, `input "${name}", element ${n}: expected a whole number from 0 to 255`);
      out[n++] = value;
    }
    return true;
  });
  return out.subarray(0, n);
}

/**
 * The elements of a tensor of type BYTES.
 *
 * @param most - elements at most.
 * @throws Refusal 400 for more, and for what is no such message.
 */
export function readBytesContents(bytes: Uint8Array, name: string, most: number): Uint8Array<ArrayBuffer>[] {
  const out: Uint8Array<ArrayBuffer>[] = [];
  eachField(bytes, name, (reader, field, kind) => {
    if (field !== BYTES_CONTENTS || kind !== DELIMITED) return false;
    if (out.length === most)
      throw new Refusal(
        400,
        `input "${name}": received more than ${most} elements, expected ${most} at most`,
      );
    out.push(new Uint8Array(reader.bytes()));
    return true;
  });
  return out;
}

/** Calls `take` for each field of a message; one that it does not take is skipped. */
function eachField(
  bytes: Uint8Array,
  name: string,
  take: (reader: protobuf.Reader, field: number, kind: number) => boolean,
): void {
  const reader = protobuf.Reader.create(bytes);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (!take(reader, tag >>> 3, tag & 7)) reader.skipType(tag & 7, 0, tag >>> 3);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal(400, `input "${name}": its contents are no InferTensorContents: ${reason}`);
  }
}

/** The contents of a tensor of type FP32: its little-endian bytes are how protobuf packs it. */
export function writeFloatContents(elements: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((FP32_CONTENTS << 3) | DELIMITED)
    .bytes(elements)
    .finish();
}

/** The contents of a tensor of type BYTES. */
export function writeTextContents(elements: readonly string[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const text of elements) writer.uint32((BYTES_CONTENTS << 3) | DELIMITED).string(text);
  return writer.finish();
}
