// What serving needs beside the package, made ready when it is first asked for: in a checkout npm's scripts have done so.
import { createRequire } from 'node:module';
import { requireOnnxRuntime } from './libraries/find-onnxruntime.mjs';
import { hasTurbojpeg } from './libraries/turbojpeg.mjs';
import { isCheckout } from './paths.mjs';

/**
 * @throws {SetupError} what is missing or went wrong, and how to fix it
 */
export async function prepareServing() {
  if (isCheckout) return;
  if (!hasSharp()) {
    const read = hasTurbojpeg() ? 'plain JPEG, PNG and BMP' : 'plain PNG and BMP';
    process.stderr.write(
      `Without the optional package sharp only ${read} files are read: npm install sharp (--omit=optional leaves it out).\n`,
    );
  }
  if (requireOnnxRuntime() !== undefined) return;
  const { prepare } = await import('./prepare.mjs');
  await prepare({ purpose: 'serve', gpu: undefined, verbose: false });
}

function hasSharp() {
  try {
    createRequire(import.meta.url).resolve('sharp');
    return true;
  } catch {
    return false;
  }
}
