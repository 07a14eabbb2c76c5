// NVIDIA GPUs as the driver's own tool reports them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** CUDA 13, which onnxruntime's provider is built for, needs a driver of at least this major version. */
export const minimumDriver = 580;

/** What NVIDIA's driver makes, on Linux and in WSL. */
const traces = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'];

/** Whether this machine may have a GPU of NVIDIA, seen without running a program. */
export function mayHaveGpu() {
  return process.platform !== 'linux' || traces.some((path) => existsSync(path));
}

/** @typedef {{ name: string, driver: string, memory: string }} Gpu */

/**
 * The GPUs of this machine; none without a driver.
 * @returns {Gpu[]}
 */
export function findGpus() {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  if (status !== 0) return [];
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', driver = '', memory = ''] = line.split(', ');
      return { name, driver, memory };
    });
}

/** What was found, in a line or two. */
export function describeGpus() {
  const gpus = findGpus();
  if (gpus.length === 0)
    return 'No NVIDIA GPU was found (nvidia-smi reports none): everything runs on the CPU.';
  return gpus
    .flatMap(({ name, driver, memory }) => [
      `GPU: ${name}, ${memory}, driver ${driver}`,
      ...(Number.parseInt(driver, 10) < minimumDriver
        ? [`  onnxruntime's CUDA 13 needs driver ${minimumDriver} or later: serving stays on the CPU.`]
        : []),
    ])
    .join('\n');
}
