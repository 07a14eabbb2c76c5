// PyTorch for the benchmarks, in a Python environment of its own.
import { pythonWith } from './venv.ts';

/** PyTorch's own index has wheels without CUDA; PyPI's need gigabytes of it. */
const INDEX = 'https://download.pytorch.org/whl/cpu';
export const TORCH = 'torch==2.13.0';
const REQUIREMENTS = [TORCH, 'numpy==2.4.6', 'setuptools==84.2.1'];

/** The interpreter that has PyTorch. `TRAINYARD_TORCH` names another. */
export async function pytorch(): Promise<string> {
  return process.env.TRAINYARD_TORCH || pythonWith(TORCH, REQUIREMENTS, INDEX);
}
