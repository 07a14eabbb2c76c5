// Packages that one test needs and the project does not: npm installs them once, into the cache.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../setup/paths.mjs';

/** The folder `node_modules` that has the packages, each as `name@range`. */
export async function cachedPackages(...packages: readonly string[]): Promise<string> {
  const folder = join(cacheFolder(), 'test-packages', packages.join('+').replaceAll(/[^\w@.+-]/g, '-'));
  const whole = join(folder, 'whole');
  if (!existsSync(whole)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const words = ['install', ...packages, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', words, { cwd: folder });
    writeFileSync(whole, '');
  }
  return join(folder, 'node_modules');
}
