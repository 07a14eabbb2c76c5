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
def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z: z.writestr("archive/data.pkl", pickle.dumps({}))
    return file.getvalue()
def array():
    file = io.BytesIO()
    numpy.save(file, numpy.zeros(3))
    return file.getvalue()
header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
files = {
    "pickle": pickle.dumps({"w": [1.0]}), "ZIP": archive(), "NumPy": array(),
    "gzip": gzip.compress(b"x"), "bzip2": bz2.compress(b"x"), "xz": lzma.compress(b"x"),
    "safetensors": struct.pack("<Q", len(header)) + header + bytes(4),
}
print(json.dumps({name: base64.b64encode(bytes).decode() for name, bytes in files.items()}))
`),
);

test.each(Object.keys(files))('%s', (name) => {
  const bytes = Buffer.from(files[name] ?? '', 'base64');
  expect(unreadableModel(bytes).message).toMatch(new RegExp(`^not a readable ONNX model: .*${name}`));
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['nothing', '', /the file is empty/],
  ['zeros', new Uint8Array(5000), /begins with zeros/],
  ['a page', '\n<!doctype html>\n<html>', /a page of HTML/],
  ['an answer in JSON', '{"error": "rate limit"}', /it is JSON/],
  ['a sentence', 'Access denied', /it is text, which begins with "Access denied"/],
])('%s', (_, content, message) => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  expect(() => decodeModel(bytes)).toThrow(message);
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
