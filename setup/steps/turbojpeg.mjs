// Step: libjpeg-turbo as a shared library in the cache, out of an npm package. Not a dependency: of its forty packages
// and its own binding, which wants a newer Node, one file is needed.
import { writeWhole } from '../files/index.mjs';
import { fetchTarball, readFromTarball } from '../install/tarball.mjs';
import { lacksTurbojpeg, turbojpegPath } from '../libraries/turbojpeg.mjs';
import { libc } from '../machine/platform.mjs';

/** Holds libjpeg-turbo 3.1.3, BSD and IJG licenses, for several systems. */
export const tarball = {
  name: '@julusian/jpeg-turbo',
  version: '3.0.1',
  sha512:
    '2133919a6b7c5cf0b11a1fc6846d551860101f5d3387488dd251e9b8e0c356935ecb30142ed108147b902ce2c349b55202402f1b29503eca78b896fc34b23a7f',
};

/** @type {import('./step.mjs').Step} */
export const turbojpegStep = {
  name: 'libjpeg-turbo',
  hint: 'npm package @julusian/jpeg-turbo, 3 MB',
  done: () => !lacksTurbojpeg(),
  needs: () => [],
  run: async (signal) => {
    const archive = await fetchTarball(tarball, signal);
    const system = `linux-${process.arch}${libc() === 'musl' ? '-musl' : ''}`;
    writeWhole(
      turbojpegPath(),
      readFromTarball(archive, `package/prebuilds/jpeg-turbo-${system}/libturbojpeg.so.0`),
    );
  },
};
