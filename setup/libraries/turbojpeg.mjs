// Where libjpeg-turbo's library lies, which decodes the server's JPEGs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../paths.mjs';

/** Of libjpeg-turbo. */
export const turbojpegVersion = '3.1.3';

/** The library, where set-up has put it; it does so on Linux alone. */
export function turbojpegPath() {
  const file = `turbojpeg-${turbojpegVersion}-${process.platform}-${process.arch}.so`;
  return join(cacheFolder(), 'libraries', file);
}

/** Whether it is there; where it is not, sharp decodes JPEGs. */
export function hasTurbojpeg() {
  return existsSync(turbojpegPath());
}

/** Whether set-up would fetch it. Elsewhere than on Linux sharp decodes: the package has no library of its own there. */
export function lacksTurbojpeg() {
  return process.platform === 'linux' && !hasTurbojpeg();
}
