// A Chromium with WebGPU on a machine without a graphics processor: SwiftShader computes in its place.
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { cacheFolder, root } from '../../../setup/paths.mjs';
import { run } from '../../../setup/run.mjs';
import { chromium } from '../../browser.ts';

/** The package that the tests' Chromium comes from brings SwiftShader in an archive of its own. */
const archive = join(root, 'node_modules', '@sparticuz', 'chromium', 'bin', 'swiftshader.tar.br');

/** Arguments that make SwiftShader the adapter. */
export const gpuArguments = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** What turns graphics off, and would turn WebGPU off as well. */
export const withoutGpu = '--disable-gpu';

/**
 * The browser to start: Chromium looks for SwiftShader beside itself, so ours is linked into a folder that has both.
 * One that the machine brought has it already.
 */
export async function chromiumWithSwiftShader(): Promise<string> {
  const { executablePath } = await chromium();
  if (!executablePath.startsWith(cacheFolder())) return executablePath;
  const folder = `${dirname(executablePath)}-swiftshader`;
  const executable = join(folder, 'chromium');
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  const tar = join(folder, 'archive.tar');
  writeFileSync(tar, brotliDecompressSync(readFileSync(archive)));
  await run('chromium', 'tar', ['-xf', tar, '-C', folder, '--no-same-owner']);
  rmSync(tar);
  linkSync(executablePath, executable);
  return executable;
}
