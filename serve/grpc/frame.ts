// A call's request and response on their stream: one message each, behind five bytes that say how long it is.
// Reference: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, `Length-Prefixed-Message`.
import type { Readable } from 'node:stream';
import type { RequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import { decompress, encodingsOf } from '../upload/decompress.ts';
import { concatenate, receive } from '../upload/receive.ts';
import { CallError } from './status.ts';

/** A byte that says whether the message is compressed, and four with its length. */
const PREFIX = 5;

export interface IncomingCall {
  readonly stream: Readable;
  /** The `grpc-encoding` header. */
  readonly encoding: string | undefined;
  /** Bytes of the message at most, also when it is decompressed. */
  readonly most: number;
  readonly memory: RequestMemory;
}

/**
 * The one message of a call. What it announces beyond its limit is refused before it is received.
 *
 * @throws CallError RESOURCE_EXHAUSTED for a message that is too long, UNIMPLEMENTED for an unknown compression; Refusal as
 * `receive` and `decompress` do, and 400 for less or more than one message.
 */
export async function readMessageOf({ stream, encoding, most, memory }: IncomingCall): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let received = 0;
  let announced: number | undefined;
  await receive({ stream, type: '', announced: undefined, limit: PREFIX + most, memory }, (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    if (announced !== undefined || received < PREFIX) return;
    announced = concatenate(chunks).readUInt32BE(1);
    if (announced > most) throw tooLong(announced, most);
  });
  if (announced === undefined || received !== PREFIX + announced)
    throw new Refusal(
      400,
      `received ${received} bytes, expected one message: 5 bytes that say how long it is, and as many`,
    );
  const whole = concatenate(chunks);
  const message = whole.subarray(PREFIX);
  if (whole[0] === 0) return message;
  return decompress(message, knownEncodings(encoding), most, memory);
}

function knownEncodings(encoding: string | undefined): string[] {
  try {
    return encodingsOf(encoding);
  } catch {
    throw new CallError(
      'UNIMPLEMENTED',
      `grpc-encoding: received ${encoding}, expected gzip, deflate or identity`,
    );
  }
}

function tooLong(bytes: number, most: number): CallError {
  return new CallError('RESOURCE_EXHAUSTED', `received a message larger than max (${bytes} vs. ${most})`);
}

/** A message as it is sent, uncompressed: there are a few numbers in it. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX);
  return frame;
}

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * Milliseconds of the `grpc-timeout` header; undefined where there is none.
 *
 * @throws CallError for what is none.
 */
export function timeoutOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, digits = '', unit = ''] = /^([0-9]{1,8})([HMSmun])$/.exec(header) ?? [];
  if (digits !== '') return Number(digits) * (UNITS[unit] ?? 1);
  throw new CallError('INVALID_ARGUMENT', `grpc-timeout: received ${header}, expected such as 500m or 2S`);
}
