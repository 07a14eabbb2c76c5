// A process of its own, started by compressed-copies.ts: compresses the files of a page, the smallest first.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { writeWhole } from '../../setup/files/index.mjs';
import { withoutCopies } from './compressed-copies.ts';

/** Of brotli's eleven levels: onnxruntime's WebAssembly, 14 MB, becomes 2.9 MB in half a second; 10 takes half a minute. */
const LEVEL = 5;

export async function work({ page, copies }: { page: string; copies: string }): Promise<void> {
  const names = withoutCopies(page, copies);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(page, name))).size));
  const files = names.map((name, i) => ({ name, size: sizes[i] ?? 0 })).sort((a, b) => a.size - b.size);
  for (const { name } of files) {
    const bytes = await readFile(join(page, name));
    const copy = join(copies, name);
    writeWhole(`${copy}.br`, await brotli(bytes));
    writeWhole(`${copy}.gz`, await promisify(gzip)(bytes));
  }
}

function brotli(bytes: Uint8Array): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: LEVEL,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return promisify(brotliCompress)(bytes, { params });
}
