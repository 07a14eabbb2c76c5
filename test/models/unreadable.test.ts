// What is promised of a file that is no ONNX: it is named for what it is. The files are written by their own programs.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeModel } from '../../models/onnx/schema.ts';
import { unreadableModel } from '../../models/onnx/unreadable.ts';
import { python } from '../python.ts';
import { shippedModels } from '../shipped.ts';

const files: Record<string, string> = JSON.parse(
  python(`
import base64, bz2, gzip, io, json, lzma, pickle, struct, zipfile
import numpy
from PIL import Image
def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z: z.writestr("archive/data.pkl", pickle.dumps({}))
    return file.getvalue()
def array():
    file = io.BytesIO()
    numpy.save(file, numpy.zeros(3))
    return file.getvalue()
def picture(form):
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, form)
    return file.getvalue()
header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
files = {
    **{f"pickle {n}": pickle.dumps({"w": [1.0]}, n) for n in range(2, 6)}, "ZIP": archive(), "NumPy": array(),
    "gzip": gzip.compress(b"x"), "bzip2": bz2.compress(b"x"), "xz": lzma.compress(b"x"),
    "safetensors": struct.pack("<Q", len(header)) + header + bytes(4),
    **{f"picture {form}": picture(form) for form in ["PNG", "JPEG", "GIF"]}, "RIFF": picture("WEBP"),
}
print(json.dumps({name: base64.b64encode(bytes).decode() for name, bytes in files.items()}))
`),
);

test.each(Object.keys(files))('%s', (name) => {
  const bytes = Buffer.from(files[name] ?? '', 'base64');
  const [kind = ''] = name.split(' ');
  expect(unreadableModel(bytes).message).toMatch(
    new RegExp(
      `^not a readable ONNX model: it is (a |an |compressed).*${kind}|it is (Python|weights).*${kind}`,
    ),
  );
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['nothing', '', /model: the file is empty$/],
  ['zeros', new Uint8Array(5000), /begins with zeros, .*\(5,000 bytes\)$/],
  ['a page', '\n<!doctype html>\n<html>', /it is a page of HTML/],
  ['a page in capital letters', '<HTML>', /it is a page of HTML/],
  ['a page without its name', ' <head><title>', /it is a page of HTML/],
  ['XML', '\n<?XML version="1.0"?>', /it is XML \(\d+ bytes\)$/],
  ['a pointer', 'version https://git-lfs.github.com/spec/v1\noid', /it is a pointer of Git LFS/],
  ['an answer in JSON', '{"error": "rate limit"}', /it is JSON/],
  ['a list in JSON', '\n [1]', /it is JSON/],
  ['a sentence', 'Access denied', /it is text, which begins with "Access denied"$/],
  ['a sentence about JSON', 'See {"a": 1}', /it is text, which begins with "See {/],
  ['a sentence about a page', 'See <html> and <?xml', /it is text, which/],
  ['a sentence about Git', 'my version https://git-lfs', /it is text, which/],
  [
    'a long text, and what follows it',
    `${'ab\n\r\t~ x'.repeat(80)}\0`,
    /which begins with "(ab\\n\\r\\t~ x){5}"$/,
  ],
  ['a text with a byte that is none', 'ab\x7fcd', /it is damaged, or of another format \(5 bytes; /],
  ['a text behind such a byte', '\x7fab', /it is damaged, or of another format/],
  // The beginnings of files whose programs are not here, as `file` (magic.mgc) knows them.
  ['HDF5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), /it is HDF5, as Keras/],
  ['TensorFlow Lite', Buffer.from('\x1c\0\0\0TFL3', 'latin1'), /it is a model of TensorFlow Lite/],
  ['onnxruntime', Buffer.from('\x1c\0\0\0ORTM', 'latin1'), /it is a model in onnxruntime's own format/],
  ['llama.cpp', Buffer.from('GGUF\x03\0\0\0', 'latin1'), /it is a model of llama\.cpp/],
  ['zstd', Buffer.from('\x28\xb5\x2f\xfd\x24', 'latin1'), /it is compressed by zstd/],
  ['7z', Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), /it is a 7z archive/],
])('%s', (_, content, message) => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  expect(() => decodeModel(bytes)).toThrow(message);
});

test('what begins as ONNX is told from what is cut off', () => {
  const about = (bytes: number[], cause?: Error) => unreadableModel(Uint8Array.from(bytes), cause).message;
  expect(about([8, 8])).toMatch(/it has no graph \(2 bytes\)$/);
  expect(about([1])).toMatch(/it has no graph \(1 byte\)$/);
  expect(about([8, 8], new Error('bad'))).toMatch(/it is damaged, or of another format \(2 bytes; bad\)$/);
  // Fields of ModelProto are 1 to 26; 0xd2 0x01 is the tag of the last, with a length behind it.
  const missing = (bytes: number[]) => /needs at least (\d+) more/.exec(about(bytes))?.[1];
  expect(missing([8, 8, 0x3a, 5, 1])).toBe('4');
  expect(missing([8, 8, 0x3a, 2, 1, 1, 0xd2, 1, 7])).toBe('7');
  expect(missing([8, 8, 0x28, 1, 0x3a, 3])).toBe('3');
  expect(missing([8])).toBe('1');
  expect(missing([8, 8, 0x3a, 1, 1])).toBeUndefined();
  for (const [tag, ...rest] of [
    [0x02, 5],
    [0xda, 1, 7],
  ])
    expect(missing([8, 8, tag ?? 0, ...rest])).toBeUndefined();
  expect(missing([9, 8, 0x3a, 5])).toBeUndefined();
});

test('a model that was cut off anywhere says how much is missing at least', () => {
  const bytes = readFileSync(shippedModels.digits);
  for (let n = 10; n < bytes.length; n = Math.ceil(n * 1.7)) {
    const message = unreadableModel(bytes.subarray(0, n), new RangeError('index out of range')).message;
    const [, missing = ''] = /it is cut off: .* needs at least ([\d,]+) more/.exec(message) ?? [];
    const number = Number(missing.replaceAll(',', ''));
    expect(number, message).toBeGreaterThan(0);
    expect(number).toBeLessThanOrEqual(bytes.length - n);
  }
});
