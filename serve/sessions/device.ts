// The device that runs models: the processor, or an NVIDIA GPU when onnxruntime's CUDA libraries are set up.
import { messageOf, UserError } from '../../models/errors.ts';
import { command } from '../../setup/invocation.mjs';

/** The device that was asked for. `auto` tries CUDA and falls back to the processor; `cuda:1` is GPU number 1. */
export type Device = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;

/**
 * Reads the option `--device`.
 *
 * @throws UserError when it is not a device.
 */
export function parseDevice(text: string): Device {
  const number = /^cuda:([0-9]{1,3})$/.exec(text)?.[1];
  if (number !== undefined) return `cuda:${Number(number)}`;
  if (text === 'auto' || text === 'cpu' || text === 'cuda') return text;
  throw new UserError(
    `--device: received "${text}", expected auto, cpu, cuda, or cuda: with the number of a GPU`,
  );
}

/** The number of the GPU to try; undefined for the processor. */
export function gpuOf(device: Device): number | undefined {
  if (device === 'cpu') return undefined;
  return device.startsWith('cuda:') ? Number(device.slice('cuda:'.length)) : 0;
}

/** Why CUDA does not work where its libraries are not set up, and what to do. */
export function explainNotSetUp(): string {
  return `CUDA is not set up: ${command('setup', ['--gpu'])} fetches its libraries`;
}

/**
 * Why CUDA does not work though its libraries are set up, and what to do.
 *
 * @param missing - the library that cannot be loaded, in the dynamic linker's words.
 */
export function explainNoCuda(error: unknown, missing: string | undefined): string {
  if (missing?.startsWith('libcuda.so'))
    return `CUDA cannot be used: NVIDIA's driver is not here (${missing}). Install it, give the container its GPU (docker run --gpus all), or use --device cpu`;
  if (missing !== undefined)
    return `CUDA cannot be used: ${missing}. ${command('setup', ['--gpu'])} fetches its libraries`;
  const reason = messageOf(error);
  const [first = ''] = reason.replace(/^.*?(?=Failed to|CUDA|libcu|cannot)/s, '').split('\n');
  return `CUDA cannot be used: ${first}`;
}
