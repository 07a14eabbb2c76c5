// Which machines training runs on; serving runs wherever onnxruntime-node does.
import { command } from '../invocation.mjs';

const minimumGlibc = [2, 27]; // the wheels are manylinux_2_27

/**
 * What keeps this machine from training, if anything.
 * @returns {import('./system.mjs').Need[]}
 */
export function trainingPlatformNeeds() {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') {
    return [
      {
        problem: `Training needs Linux on x86-64 (64-bit Intel or AMD); this is ${platform} on ${arch}. Serving works here: ${command('serve')}`,
        remedy:
          platform === 'win32'
            ? 'To train, use WSL 2 (wsl --install -d Debian) and clone inside it.'
            : 'To train, use a container: docker run -it --platform linux/amd64 -p 8080:8080 node:22-bookworm',
      },
    ];
  }
  const glibc = glibcVersion();
  if (!glibc || compare(glibc, minimumGlibc) < 0) {
    return [
      {
        problem: `Training needs glibc ${minimumGlibc.join('.')} or later; this system has ${glibc?.join('.') ?? 'another C library (musl?)'}. Serving may work: ${command('serve')}`,
        remedy: 'To train, use Debian 12, Ubuntu 22.04, Fedora 36 or later: docker run -it node:22-bookworm',
      },
    ];
  }
  return [];
}

/** The C library's name as npm has it: `glibc`, `musl` on other Linux, nothing elsewhere. */
export function libc() {
  if (process.platform !== 'linux') return '';
  return glibcVersion() ? 'glibc' : 'musl';
}

/** @returns {number[] | undefined} */
function glibcVersion() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header?.glibcVersionRuntime?.split('.').map(Number);
}

/**
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
function compare(a, b) {
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}
