// Model files are read and written where no code may be made at run time, as in a page with a Content-Security-Policy.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';

const file = join(repositoryFolder, 'digits', '1', 'model.onnx');

it('needs no eval', () => {
  const program = `
    const { decodeModel, encodeModel } = await import(${JSON.stringify(new URL('../../../models/onnx/schema.ts', import.meta.url).href)});
    let allowed = true;
    try { new Function(''); } catch { allowed = false; }
    const bytes = await (await import('node:fs/promises')).readFile(${JSON.stringify(file)});
    console.log(allowed, Buffer.compare(encodeModel(decodeModel(bytes)), bytes));`;
  const said = execFileSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--import', 'tsx', '--input-type=module', '-e', program],
    { encoding: 'utf8' },
  );
  expect(said).toBe('false 0\n');
});

it('reads a message whose end is before that of a part of it as damaged', () => {
  const bytes = new Uint8Array(readFileSync(file));
  // The graph is the first long field: its length, one less, cuts off its last part.
  const at = bytes.findIndex((byte, i) => byte === ((7 << 3) | 2) && i > 2);
  const shorter = Uint8Array.from(bytes);
  shorter[at + 1] = (shorter[at + 1] ?? 0) - 1;
  expect(() => decodeModel(shorter)).toThrow(/not a readable ONNX model/);
});

it('gives the bytes back that it has read', () => {
  const bytes = new Uint8Array(readFileSync(file));
  expect(Buffer.compare(encodeModel(decodeModel(bytes)), bytes)).toBe(0);
});
