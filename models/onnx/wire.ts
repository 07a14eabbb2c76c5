// Reads and writes protobuf's messages by their schema, without making code at run time: the policy of a page forbids that.
import protobuf from 'protobufjs/minimal.js';
import type { Field, MessageType } from './message-types.ts';
import { readPacked, readScalar, writePacked, writeScalar } from './wire-scalars.ts';

/** What a message has where the file leaves fields out. */
export interface Filling {
  /** Of a field that is not there; undefined leaves it out. */
  readonly missing: (field: Field) => unknown;
  /** Completes a message that was read, of a type of this name. */
  readonly complete: (type: string, message: Message) => void;
  /** Values of all messages together at most; without it, as many as the bytes hold. */
  readonly most?: number;
}

type Message = Record<string, unknown>;

/** Messages within messages: the limit that Google's own readers have. */
const DEEPEST = 100;

/** How messages, texts, bytes and packed lists are on the wire: a length, then so many bytes. */
const DELIMITED = 2;

/** How scalars are on the wire. Reference: https://protobuf.dev/programming-guides/encoding/#structure */
const kinds: Readonly<Record<string, number>> = {
  int32: 0,
  int64: 0,
  uint64: 0,
  bool: 0,
  double: 1,
  string: DELIMITED,
  bytes: DELIMITED,
  float: 5,
};

function kindOf({ type }: Field): number {
  return kinds[type] ?? DELIMITED;
}

type Types = ReadonlyMap<string, MessageType>;

/**
 * A message as a plain object. Bytes are views of `bytes`; fields that the schema does not name are in `$unknowns`.
 * @param root - The name of its type.
 * @throws Error where the bytes end too early, are no such message, or hold more values than may be.
 */
export function readMessage(types: Types, root: string, bytes: Uint8Array, filling: Filling): Message {
  const reader = protobuf.Reader.create(bytes);
  let left = filling.most ?? Number.POSITIVE_INFINITY;
  return messageUntil(bytes.length, typeOf(types, root), 'model', {}, 0);

  function messageUntil(end: number, type: MessageType, place: string, out: Message, depth: number): Message {
    if (depth > DEEPEST) throw new Error('max depth exceeded');
    const unknowns: Uint8Array[] = [];
    while (reader.pos < end) {
      const start = reader.pos;
      const tag = reader.uint32();
      count(1);
      const field = type.fields.find(({ id }) => id === tag >>> 3);
      if (field && fits(field, tag & 7))
        fieldUntil(end, field, tag & 7, `${place}.${field.name}`, out, depth);
      else unknowns.push(reader.skipType(tag & 7, depth, tag >>> 3).raw(start, reader.pos));
    }
    if (reader.pos !== end) throw new RangeError(`${place} ends behind its end`);
    fill(type, out, filling);
    filling.complete(type.name, out);
    if (unknowns.length > 0) out.$unknowns = unknowns;
    return out;
  }

  function count(values: number): void {
    left -= values;
    if (left < 0) throw new RangeError(`it has more than ${filling.most} values`);
  }

  /** Bytes of the packed list that comes next: each of its values has one at least. */
  function lengthAhead(): number {
    const start = reader.pos;
    const length = reader.uint32();
    reader.pos = start;
    return length;
  }

  function fieldUntil(
    end: number,
    { name, type, rule }: Field,
    kind: number,
    place: string,
    out: Message,
    depth: number,
  ): void {
    const repeated = rule === 'repeated';
    const before = out[name];
    const list: unknown[] = Array.isArray(before) ? before : [];
    const message = types.get(type);
    if (message !== undefined) {
      const stop = reader.uint32() + reader.pos;
      if (stop > end) throw new RangeError('index out of range');
      // A message that comes twice where one may be: the second adds to the first.
      const begun = repeated ? {} : Object(before ?? {});
      list.push(messageUntil(stop, message, repeated ? `${place}[${list.length}]` : place, begun, depth + 1));
    } else if (kinds[type] === kind) list.push(readScalar(reader, type, place));
    else {
      count(lengthAhead());
      readPacked(reader, type, place, list);
    }
    out[name] = repeated ? list : list.at(-1);
  }
}

/** Whether what is on the wire is what the schema says; many numbers may be one after another without tags. */
function fits(field: Field, kind: number): boolean {
  return kind === kindOf(field) || (field.rule === 'repeated' && kind === DELIMITED);
}

function fill({ fields }: MessageType, out: Message, { missing }: Filling): void {
  for (const field of fields) {
    if (Object.hasOwn(out, field.name)) continue;
    if (field.rule === 'required') throw new Error(`missing required '${field.name}'`);
    const value = missing(field);
    if (value !== undefined) out[field.name] = value;
  }
}

/**
 * The bytes of a message: its fields in the order of their numbers, then what it has in `$unknowns`.
 * @param root - The name of its type.
 * @throws RangeError naming the field when a whole number of 64 bits is not exact.
 */
export function writeMessage(types: Types, root: string, message: object, filling: Filling): Uint8Array {
  const writer = protobuf.Writer.create();
  write(typeOf(types, root), message, 'model');
  return writer.finish();

  function write({ fields }: MessageType, message: object, place: string): void {
    for (const field of fields) {
      const own: unknown = Object.hasOwn(message, field.name) ? Reflect.get(message, field.name) : undefined;
      const value = own ?? filling.missing(field);
      if (value !== undefined) writeField(field, value, `${place}.${field.name}`);
    }
    const unknowns: unknown = Reflect.get(message, '$unknowns');
    if (Array.isArray(unknowns)) for (const each of unknowns) writer.raw(each);
  }

  function writeField(field: Field, value: unknown, place: string): void {
    const { id, type, packed } = field;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const message = types.get(type);
    if (values.length === 0) return;
    if (packed) {
      writer.uint32(tagOf(id, DELIMITED));
      writePacked(writer, type, values, place);
      return;
    }
    for (const [i, each] of values.entries()) {
      writer.uint32(tagOf(id, kindOf(field)));
      if (message === undefined) writeScalar(writer, type, each, place);
      else {
        writer.fork();
        write(message, Object(each), Array.isArray(value) ? `${place}[${i}]` : place);
        writer.ldelim();
      }
    }
  }
}

function tagOf(id: number, kind: number): number {
  return ((id << 3) | kind) >>> 0;
}

function typeOf(types: Types, name: string): MessageType {
  const type = types.get(name);
  if (type === undefined) throw new Error(`there is no message ${name}`);
  return type;
}
