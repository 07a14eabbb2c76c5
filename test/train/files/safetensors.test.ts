// safetensors, held to the format's own description: what Python writes is read, what is written is what Python reads.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../../train/files/safetensors.ts';
import { writeAll, writeWhole } from '../../../train/files/write-whole.ts';
import { python } from '../../python.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'a.safetensors');

/** https://github.com/huggingface/safetensors#format, in Python's own words. */
const PARSE = `
import json, struct, sys
import numpy as np
def parse(path):
    data = open(path, 'rb').read()
    n, = struct.unpack('<Q', data[:8])
    assert (8 + n) % 8 == 0 and data[8:9] == b'{'
    header = json.loads(data[8:8 + n])
    metadata = header.pop('__metadata__')
    tensors, end = {}, 0
    for name, at in header.items():
        start, stop = at['data_offsets']
        assert at['dtype'] == 'F32' and start == end and stop - start == 4 * int(np.prod(at['shape']))
        tensors[name] = [at['shape'], np.frombuffer(data[8 + n + start:8 + n + stop], '<u4').tolist()]
        end = stop
    assert 8 + n + end == len(data)
    return [metadata, tensors]
print(json.dumps([parse(path) for path in sys.argv[1:]]))`;

const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }).map((name) => `w/${name}`);
const drawn = fc.record({
  tensors: fc.dictionary(names, shapes, { maxKeys: 4 }).map(
    (entries) =>
      new Map(
        Object.entries(entries).map(([name, shape], i): [string, NamedTensor] => {
          const size = shape.reduce((product, n) => product * n, 1);
          // A view into a larger array, as the weights of a network are.
          const buffer = Float32Array.from({ length: size + 2 }, (_, k) => Math.fround(k / 3 - i));
          return [name, { shape, values: buffer.subarray(1, 1 + size) }];
        }),
      ),
  ),
  metadata: fc
    .dictionary(names, fc.string({ unit: 'grapheme' }), { maxKeys: 3 })
    .map((each) => ({ ...each })),
});

const bitsOf = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)];

describe('what is written', () => {
  it('comes back, whatever it is', () => {
    fc.assert(
      fc.property(drawn, (file) => {
        writeSafetensors(path, file);
        const back = readSafetensors(path);
        expect(back.metadata).toEqual(file.metadata);
        expect([...back.tensors.keys()]).toEqual([...file.tensors.keys()]);
        for (const [name, { shape, values }] of file.tensors) {
          expect(back.tensors.get(name)?.shape).toEqual(shape);
          expect(bitsOf(back.tensors.get(name)?.values ?? new Float32Array(9))).toEqual(bitsOf(values));
        }
      }),
    );
  });

  it('is what Python reads by the format’s description, aligned to eight bytes', () => {
    const files = fc.sample(drawn, 12);
    const paths = files.map((_, i) => join(folder, `${i}.safetensors`));
    const expected = files.map((file, i) => {
      writeSafetensors(paths[i] ?? '', file);
      return [
        file.metadata,
        Object.fromEntries(
          [...file.tensors].map(([name, { shape, values }]) => [name, [shape, bitsOf(values)]]),
        ),
      ];
    });
    expect(JSON.parse(python(PARSE, paths))).toEqual(expected);
    for (const each of paths) rmSync(each);
  });

  it('leaves nothing beside it', () => {
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
  });
});

/** A file by its parts. */
function write(header: unknown, data = 8, length?: number): void {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length ?? json.length));
  writeFileSync(path, Buffer.concat([start, json, Buffer.alloc(data, 1)]));
}

describe('a file', () => {
  const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

  it('may hold nothing, have no metadata, and say more of a tensor than is known', () => {
    write({}, 0);
    expect(readSafetensors(path)).toEqual({ tensors: new Map(), metadata: {} });
    write({ a: { ...tensor, more: 1 } });
    const value = new Float32Array(new Uint8Array(4).fill(1).buffer)[0] ?? 0;
    expect(readSafetensors(path).tensors.get('a')).toEqual({
      shape: [2],
      values: Float32Array.of(value, value),
    });
  });

  it.each<[string, unknown, RegExp, number?]>([
    ['another type', { a: { ...tensor, dtype: 'F16' } }, /a is F16; only F32/],
    [
      'too few bytes for a shape',
      { a: { ...tensor, shape: [3] } },
      /damaged: a has 8 bytes, its shape \[3\] needs 12/,
    ],
    ['too many', { a: { ...tensor, shape: [] } }, /damaged: a has 8 bytes, its shape \[\] needs 4/],
    ['bytes that are not there', { a: tensor }, /damaged: it ends at byte \d+, a should reach to/, 7],
    ['a place before the data', { a: { ...tensor, data_offsets: [-4, 4] } }, /damaged: a has no valid/],
    [
      'a place that ends before it',
      { a: { ...tensor, shape: [0], data_offsets: [0, -1] } },
      /damaged: a has no valid/,
    ],
    ['a side below zero', { a: { ...tensor, shape: [-2] } }, /damaged: a has no valid/],
    ['no shape', { a: { dtype: 'F32', data_offsets: [0, 8] } }, /damaged: a has no valid/],
    ['one place', { a: { ...tensor, data_offsets: [8] } }, /damaged: a has no valid/],
    ['metadata that are numbers', { __metadata__: { a: 1 } }, /damaged: its metadata is not text/],
    ['a list for a header', [], /damaged: its header is not JSON/],
    ['nothing for a header', 'null', /damaged: its header is not JSON/],
    ['half a header', '{"a":', /damaged: its header is not JSON/],
  ])('with %s is refused', (_, header, message, data) => {
    write(header, data);
    expect(() => readSafetensors(path)).toThrow(UserError);
    expect(() => readSafetensors(path)).toThrow(message);
  });

  it('is as long as its header says, at least', () => {
    write({}, 0, 3);
    expect(() => readSafetensors(path)).toThrow(/damaged: its header claims 3 bytes, the file has 10/);
    writeFileSync(path, Buffer.alloc(7));
    expect(() => readSafetensors(path)).toThrow(/damaged: it has 7 bytes/);
    writeFileSync(path, Buffer.alloc(8));
    expect(() => readSafetensors(path)).toThrow(/damaged: its header is not JSON/);
  });
});

describe('a text', () => {
  const text = join(folder, 'text.json');

  it('replaces what was there, and leaves it where the disk is full', () => {
    writeWhole(text, 'one');
    writeWhole(text, 'two');
    expect(readFileSync(text, 'utf8')).toBe('two');
    // The system's own device that is always full, in the place of the temporary file.
    symlinkSync('/dev/full', `${text}.tmp`);
    expect(() => writeWhole(text, 'three')).toThrow(UserError);
    symlinkSync('/dev/full', `${text}.tmp`);
    expect(() => writeWhole(text, 'three')).toThrow(
      /^The disk is full: .*text\.json cannot be written \(ENOSPC/,
    );
    expect(readFileSync(text, 'utf8')).toBe('two');
    expect(readdirSync(folder).filter((name) => name.startsWith('text'))).toEqual(['text.json']);
    expect(() => writeWhole(join(folder, 'none', 'a'), 'x')).toThrow(/a cannot be written: ENOENT/);
  });

  it('is written after what is there, or where it is told', () => {
    const file = openSync(text, 'w+');
    try {
      writeAll(file, text, Buffer.from('abc'));
      writeAll(file, text, Buffer.from('def'));
      writeAll(file, text, Buffer.from('XY'), 1);
    } finally {
      closeSync(file);
    }
    expect(readFileSync(text, 'utf8')).toBe('aXYdef');
    expect(() => writeAll(file, text, Buffer.from('g'))).toThrow(/text\.json cannot be written: EBADF/);
  });
});
