// What serving needs beside the package, made ready when it is first asked for: in a checkout npm's scripts have done so.
import { createRequire } from 'node:module';
import { SetupError } from './errors.mjs';
import { requireOnnxRuntime } from './libraries/find-onnxruntime.mjs';
import { isCheckout } from './paths.mjs';

/**
 * @throws {SetupError} what is missing or went wrong, and how to fix it
 */
export async function prepareServing() {
  if (isCheckout) return;
  try {
    createRequire(import.meta.url).resolve('sharp');
  } catch {
    throw new SetupError(
      'Pictures are decoded by sharp, an optional package that is not installed here (--omit=optional leaves it out).\n' +
        '  npm install sharp',
    );
  }
  if (requireOnnxRuntime() !== undefined) return;
  const { prepare } = await import('./prepare.mjs');
  await prepare({ purpose: 'serve', gpu: undefined, verbose: false });
}
