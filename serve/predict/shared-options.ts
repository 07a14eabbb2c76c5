// Options that commands have in common which ask a model about files: which model, from where, on how many threads.
import { wholeNumber } from '../../models/option-values.ts';
import { modelsFolder } from '../../setup/paths.mjs';

export const modelArgument = {
  type: 'positional',
  description:
    'Name of a model, name/version, the path of an .onnx file, or hf:owner/name of the Hugging Face Hub',
  required: true,
} as const;

export const threadsOption = {
  type: 'string',
  valueHint: 'number',
  description: 'Threads that run models; one for each processor if left out',
} as const;

export const repositoryOption = {
  type: 'string',
  valueHint: 'folder',
  description: 'Folder of the models',
  default: modelsFolder,
} as const;

/** @throws UserError when it is no number of threads. */
export function threadsOf({ threads }: { readonly threads?: string | undefined }): number | undefined {
  return threads === undefined ? undefined : wholeNumber('threads', threads, 1, 1024);
}
