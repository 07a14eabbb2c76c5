// The models that come with the repository, version 1 of each, apart from what was trained and exported in this checkout.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Not by setup/paths.mjs, which reads the environment when it is loaded: own-folders.ts sets that first.
const FOLDER = fileURLToPath(new URL('../models/repository', import.meta.url));

/** Paths of the model files. */
export const shippedModels = {
  digits: join(FOLDER, 'digits', '1', 'model.onnx'),
  cifar: join(FOLDER, 'cifar', '1', 'model.onnx'),
} as const;

type Name = keyof typeof shippedModels;

/** Copies shipped models into a repository; digits, the last by name, answers where no model is named. */
export function copyShipped(repository: string, names: readonly Name[] = ['cifar', 'digits']): void {
  for (const name of names) cpSync(shippedModels[name], join(repository, name, '1', 'model.onnx'));
}
