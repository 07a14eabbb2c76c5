// Which machines training runs on; serving runs wherever onnxruntime-node does.
import { release } from 'node:os';
import { command } from '../invocation.mjs';

const minimumGlibc = [2, 27]; // the wheels are manylinux_2_27
const minimumDarwin = 21; // of macOS 12: the wheel is macosx_12_0

/** Systems that TensorFlow has wheels with its C++ library for, by Node's words for them. */
export const trainingSystems = ['linux x64', 'linux arm64', 'darwin arm64'];

/**
 * What keeps this machine from training, if anything.
 * @returns {import('./system.mjs').Need[]}
 */
export function trainingPlatformNeeds() {
  const { platform, arch } = process;
  if (!trainingSystems.includes(`${platform} ${arch}`)) {
    return [
      {
        problem: `Training needs Linux, or macOS on Apple silicon; this is ${platform} on ${arch}. Serving works here: ${command('serve')}`,
        remedy:
          platform === 'win32'
            ? 'To train, use WSL 2 (wsl --install -d Debian) and clone inside it.'
            : 'To train, use a container: docker run -it --platform linux/amd64 -p 8080:8080 node:22-bookworm',
      },
    ];
  }
  if (platform === 'darwin') {
    if (Number.parseInt(release(), 10) >= minimumDarwin) return [];
    return [
      {
        problem: `Training needs macOS 12 or later; this is Darwin ${release()}. Serving may work: ${command('serve')}`,
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
