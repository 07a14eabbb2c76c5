// PyTorch for the benchmarks, in a Python environment of its own: the project itself doesn't need it.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../setup/paths.mjs';
import { findPython } from '../../../setup/python.mjs';
import { run } from '../../../setup/run.mjs';

/** Wheels without CUDA lie on PyTorch's own index; PyPI's would bring gigabytes of it. */
const INDEX = 'https://download.pytorch.org/whl/cpu';
export const TORCH = 'torch==2.13.0';
const REQUIREMENTS = [TORCH, 'numpy==2.4.6', 'setuptools==84.2.1'];

/** The interpreter that has PyTorch; makes the environment when there is none. `TRAINYARD_TORCH` names another. */
export async function pytorch(): Promise<string> {
  if (process.env.TRAINYARD_TORCH) return process.env.TRAINYARD_TORCH;
  const folder = join(cacheFolder(), 'bench', TORCH);
  const python = join(folder, 'bin', 'python');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return python;
  const found = findPython();
  if ('problem' in found) throw new Error(found.problem);
  rmSync(folder, { recursive: true, force: true });
  console.error(`Installing ${TORCH} in ${folder}`);
  await run('bench-venv', found.executable, ['-m', 'venv', folder]);
  await run('bench-pip', python, [
    ...['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--only-binary=:all:'],
    ...['--extra-index-url', INDEX, ...REQUIREMENTS],
  ]);
  writeFileSync(finished, '');
  return python;
}
