// Reads and writes protobuf's messages by their schema, without making code at run time: the policy of a page forbids that.
import protobuf from 'protobufjs';
import { readPacked, readScalar, writePacked, writeScalar } from './wire-scalars.ts';

/** What a message has where the file leaves fields out. */
export interface Filling {
  /** Of a field that is not there; undefined leaves it out. */
  readonly missing: (field: protobuf.Field) => unknown;
  /** Completes a message that was read. */
  readonly complete: (type: protobuf.Type, message: Message) => void;
}

type Message = Record<string, unknown>;

/** Messages within messages: the limit that Google's own readers have. */
const DEEPEST = 100;

/** How messages, texts, bytes and packed lists are on the wire: a length, then so many bytes. */
const DELIMITED = 2;

/** How scalars are on the wire. Reference: https://protobuf.dev/programming-guides/encoding/#structure */
const kinds = new Map(Object.entries(protobuf.types.basic));

/** Scalars that may be many in one field, one after another without tags. */
const packable = new Set(Object.keys(protobuf.types.packed));

/**
 * A message as a plain object. Bytes are views of `bytes`; fields that the schema does not name are in `$unknowns`.
 * @param type - Of a root whose types are resolved.
 * @param place - Names the message in errors.
 * @throws Error where the bytes end too early or are no such message.
 */
export function readMessage(
  type: protobuf.Type,
  bytes: Uint8Array,
  place: string,
  filling: Filling,
): Message {
  const reader = protobuf.Reader.create(bytes);
  return messageUntil(bytes.length, type, place, {}, 0);

  function messageUntil(end: number, type: protobuf.Type, place: string, out: Message, depth: number) {
    if (depth > DEEPEST) throw new Error('max depth exceeded');
    const unknowns: Uint8Array[] = [];
    while (reader.pos < end) {
      const start = reader.pos;
      const tag = reader.uint32();
      const field = type.fieldsById[tag >>> 3];
      if (field && fits(field, tag & 7)) fieldUntil(end, field, tag & 7, place, out, depth);
      else unknowns.push(reader.skipType(tag & 7, depth, tag >>> 3).raw(start, reader.pos));
    }
    if (reader.pos !== end) throw new RangeError(`${place} ends behind its end`);
    fill(type, out, filling);
    filling.complete(type, out);
    if (unknowns.length > 0) out.$unknowns = unknowns;
    return out;
  }

  function fieldUntil(
    end: number,
    field: protobuf.Field,
    kind: number,
    within: string,
    out: Message,
    depth: number,
  ): void {
    const { name, type, repeated, resolvedType } = field;
    const place = `${within}.${name}`;
    const before = out[name];
    const list: unknown[] = Array.isArray(before) ? before : [];
    if (resolvedType instanceof protobuf.Type) {
      // A message that comes twice where one may be: the second adds to the first.
      const begun = repeated ? {} : Object(before ?? {});
      const inner = repeated ? `${place}[${list.length}]` : place;
      list.push(messageUntil(lengthWithin(end), resolvedType, inner, begun, depth + 1));
    } else if (kind === DELIMITED && packable.has(type)) readPacked(reader, type, place, list);
    else list.push(readScalar(reader, type, place));
    out[name] = repeated ? list : list.at(-1);
  }

  /** Reads a length, and says where it ends. */
  function lengthWithin(end: number): number {
    const stop = reader.uint32() + reader.pos;
    if (stop > end) throw new RangeError('index out of range');
    return stop;
  }
}

/** Whether what is on the wire is what the schema says. */
function fits({ type, repeated }: protobuf.Field, kind: number): boolean {
  return kind === (kinds.get(type) ?? DELIMITED) || (repeated && kind === DELIMITED && packable.has(type));
}

function fill(type: protobuf.Type, out: Message, { missing }: Filling): void {
  for (const field of type.fieldsArray) {
    if (Object.hasOwn(out, field.name)) continue;
    if (field.required) throw new Error(`missing required '${field.name}'`);
    const value = missing(field);
    if (value !== undefined) out[field.name] = value;
  }
}

/**
 * The bytes of a message: its fields in the order of their numbers, then what it has in `$unknowns`.
 * @throws RangeError naming the field when a whole number of 64 bits is not exact.
 */
export function writeMessage(
  type: protobuf.Type,
  message: object,
  place: string,
  filling: Filling,
): Uint8Array {
  const writer = protobuf.Writer.create();
  write(type, message, place);
  return writer.finish();

  function write(type: protobuf.Type, message: object, place: string): void {
    for (const field of byNumber(type)) {
      const own: unknown = Object.hasOwn(message, field.name) ? Reflect.get(message, field.name) : undefined;
      const value = own ?? filling.missing(field);
      if (value !== undefined) writeField(field, value, `${place}.${field.name}`);
    }
    const unknowns: unknown = Reflect.get(message, '$unknowns');
    if (Array.isArray(unknowns)) for (const each of unknowns) writer.raw(each);
  }

  function writeField(field: protobuf.Field, value: unknown, place: string): void {
    const { type, resolvedType, packed, repeated } = field;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0) return;
    if (packed && packable.has(type)) {
      tag(field, DELIMITED);
      writePacked(writer, type, values, place);
      return;
    }
    for (const [i, each] of values.entries()) {
      tag(field, kinds.get(type) ?? DELIMITED);
      if (!(resolvedType instanceof protobuf.Type)) writeScalar(writer, type, each, place);
      else {
        writer.fork();
        write(resolvedType, Object(each), repeated ? `${place}[${i}]` : place);
        writer.ldelim();
      }
    }
  }

  function tag({ id }: protobuf.Field, kind: number): protobuf.Writer {
    return writer.uint32(((id << 3) | kind) >>> 0);
  }
}

function byNumber({ fieldsArray }: protobuf.Type): protobuf.Field[] {
  return [...fieldsArray].sort((a, b) => a.id - b.id);
}
