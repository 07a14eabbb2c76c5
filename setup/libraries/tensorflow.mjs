// Which TensorFlow the Python environment holds, and where its library and headers are.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sitePackages } from '../install/python-environments.mjs';

/**
 * File name of one of its libraries.
 * @param {'tensorflow_cc' | 'tensorflow_framework'} name
 * @param {string} platform
 */
export function libraryFile(name, platform = process.platform) {
  return platform === 'darwin' ? `lib${name}.2.dylib` : `lib${name}.so.2`;
}

/**
 * The installed TensorFlow wheel; `undefined` when there is none.
 * @returns {{ package: string, version: string, folder: string } | undefined}
 */
export function findTensorflow() {
  const packages = sitePackages();
  if (!packages || !existsSync(join(packages, 'tensorflow', libraryFile('tensorflow_cc')))) return undefined;
  for (const name of readdirSync(packages)) {
    const [, wheel, version] = /^(tensorflow(?:_cpu)?)-(.+)\.dist-info$/.exec(name) ?? [];
    if (wheel && version)
      return { package: wheel.replace('_', '-'), version, folder: join(packages, 'tensorflow') };
  }
  return undefined;
}
