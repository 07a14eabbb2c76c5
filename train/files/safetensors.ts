// safetensors: named float32 arrays in one file that opens in Python and JavaScript and cannot run code.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { DiskError } from '../errors.ts';
import { readWhole } from './read.ts';
import { TEMPORARY, writeBytes } from './write-whole.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

// https://github.com/huggingface/safetensors#format: 8 bytes of length, a JSON header, the arrays one after another.
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/**
 * Writes a file whole or not at all: to a temporary file beside it, flushed to disk, then renamed.
 * The same tensors and metadata in the same order give the same bytes.
 * @throws DiskError when it cannot be written, for example because the disk is full; what was at `path` stays.
 */
export function writeSafetensors(path: string, { tensors, metadata }: Safetensors): void {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = (8 - (json.length % 8)) % 8;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding));

  const temporary = `${path}.${process.pid}${TEMPORARY}`;
  let isThere = false;
  try {
    const file = openSync(temporary, 'w');
    try {
      for (const part of [length, json, Buffer.alloc(padding, ' ')]) writeBytes(file, part);
      for (const { values } of tensors.values())
        writeBytes(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    isThere = true;
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (isThere)
      throw new DiskError(`${path} is written, but may not outlast a loss of power: ${messageOf(error)}.`);
    throw new DiskError(notWritten(path, 8 + json.length + padding + offset, error));
  }
}

function notWritten(path: string, bytes: number, error: unknown): string {
  const reason = messageOf(error);
  const full = error instanceof Error && 'code' in error && /^(ENOSPC|EDQUOT)$/.test(String(error.code));
  const kept = existsSync(path)
    ? 'The file of that name from before is untouched.'
    : 'Nothing was there before.';
  return full
    ? `The disk is full: ${path} needs ${(bytes / 1e6).toFixed(1)} MB (${reason}). ${kept} Make room, then give the same command again.`
    : `${path} cannot be written: ${reason}. ${kept}`;
}

/**
 * Reads a file of float32 arrays.
 * @throws UserError when it is missing, cut off or not safetensors.
 */
export function readSafetensors(path: string): Safetensors {
  const bytes = readWhole(path);
  const damaged = (what: string) => new UserError(`${path} is damaged: ${what}.`);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes`);
  const length = Number(bytes.readBigUInt64LE(0));
  if (8 + length > bytes.length)
    throw damaged(`its header claims ${length} bytes, the file has ${bytes.length}`);
  const header = parseHeader(bytes.subarray(8, 8 + length).toString(), damaged);

  const tensors = new Map<string, NamedTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      const texts = z.record(z.string(), z.string()).safeParse(value);
      if (!texts.success) throw damaged('its metadata is not text');
      metadata = texts.data;
      continue;
    }
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(`${name} has no valid type, shape and place`);
    const { dtype, shape, data_offsets } = entry.data;
    const [from, to] = data_offsets.map((offset) => 8 + length + offset) as [number, number];
    const size = sizeOf(shape);
    if (dtype !== 'F32') throw new UserError(`${path}: ${name} is ${dtype}; only F32 is read here`);
    if (to - from !== size * 4)
      throw damaged(`${name} has ${to - from} bytes, its shape [${shape}] needs ${size * 4}`);
    if (to > bytes.length) throw damaged(`it ends at byte ${bytes.length}, ${name} should reach to ${to}`);
    tensors.set(name, { shape, values: new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer) });
  }
  return { tensors, metadata };
}

function parseHeader(json: string, damaged: (what: string) => UserError): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch {
    throw damaged('its header is not JSON');
  }
}
