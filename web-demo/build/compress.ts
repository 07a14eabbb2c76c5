// Writes a .br and a .gz beside each file of the build, for servers that hand out what is compressed already.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { cacheFolder } from '../../setup/paths.mjs';

const compressible = /\.(html|m?js|css|svg|json|wasm|ts)$/;

/**
 * Of brotli's eleven levels: 10 makes onnxruntime's WebAssembly 10 % smaller than 9 and takes seven times as long, half
 * a minute. It is the largest part of a first visit, so it is worth it; the result is kept outside of the checkout.
 */
const thorough = 10;
const quick = 6;

/** Bytes from which on a result is kept. */
const worthKeeping = 1_000_000;

/** WebGPU's runtime comes on request alone. */
const onRequest = /asyncify/;

/** Compresses what Vite has written. */
export function compress(): Plugin {
  return {
    name: 'compress',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) return;
      const names = (await readdir(dir, { recursive: true })).filter((name) => compressible.test(name));
      await Promise.all(names.map((name) => compressFile(join(dir, name))));
    },
  };
}

async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  const level = onRequest.test(path) ? quick : thorough;
  await Promise.all([
    kept(bytes, `br${level}`, `${path}.br`, () =>
      promisify(brotliCompress)(bytes, brotliOptions(bytes, level)),
    ),
    kept(bytes, 'gz', `${path}.gz`, () => promisify(gzip)(bytes)),
  ]);
}

function brotliOptions(bytes: Uint8Array, level: number) {
  return {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: level,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  };
}

/** Writes what `make` gives to `path`; for large inputs it is taken from the cache, or put there. */
async function kept(bytes: Uint8Array, form: string, path: string, make: () => Promise<Uint8Array>) {
  if (bytes.length < worthKeeping) return writeFile(path, await make());
  const folder = join(cacheFolder(), 'compressed');
  const digest = createHash('sha256').update(bytes).digest('hex');
  const there = join(folder, `${digest}.${form}`);
  if (await copied(there, path)) return;
  const made = await make();
  await writeFile(path, made);
  await mkdir(folder, { recursive: true });
  const temporary = `${there}.${process.pid}`;
  await writeFile(temporary, made);
  await rename(temporary, there);
}

async function copied(from: string, to: string): Promise<boolean> {
  return copyFile(from, to).then(
    () => true,
    () => false,
  );
}
