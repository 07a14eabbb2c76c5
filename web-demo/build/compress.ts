// Writes a .br and a .gz beside each file of the build, for servers that hand out what is compressed already.
import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { brotli, quick, small, thorough, writeThorough } from './brotli.ts';

const compressible = /\.(html|m?js|css|svg|json|wasm|ts)$/;

/** WebGPU's runtime comes on request alone. */
const onRequest = /asyncify/;

/** When it is set, the build does not wait for thorough compression: quick compression serves until that is done. */
const later = 'TRAINYARD_COMPRESS_LATER';

/** Compresses what Vite has written. */
export function compress(): Plugin {
  return {
    name: 'compress',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) return;
      const names = (await readdir(dir, { recursive: true })).filter((name) => compressible.test(name));
      const left = await Promise.all(names.map((name) => compressFile(join(dir, name))));
      const slow = left.filter((path) => path !== undefined);
      if (slow.length === 0) return;
      if (process.env[later] === undefined) await Promise.all(slow.map((path) => writeThorough(path)));
      else compressLater(slow);
    },
  };
}

/** @returns the path when a thorough compression is still to be made */
async function compressFile(path: string): Promise<string | undefined> {
  const bytes = await readFile(path);
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes));
  if (bytes.length < small) await writeFile(`${path}.br`, await brotli(bytes, thorough));
  else if (onRequest.test(path)) await writeFile(`${path}.br`, await brotli(bytes, quick));
  else if (!(await writeThorough(path, { make: false }))) {
    await writeFile(`${path}.br`, await brotli(bytes, quick));
    return path;
  }
  return undefined;
}

/** Starts a process of the lowest priority that outlives the build. */
function compressLater(paths: readonly string[]): void {
  const script = fileURLToPath(new URL('./compress-later.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...paths], {
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => {}); // what was compressed quickly serves as well
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  child.unref();
}
