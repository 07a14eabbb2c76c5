// Step: onnxruntime for Node in the cache, of which this system's libraries are kept: 35 MB of 290.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packagesStepOf } from '../install/npm-packages.mjs';
import { requireOnnxRuntime } from '../libraries/find-onnxruntime.mjs';

/** @type {import('./step.mjs').Step} */
export const onnxRuntimeStep = {
  ...packagesStepOf('onnxruntime', {
    title: 'ONNX Runtime',
    hint: 'npm package onnxruntime-node, 290 MB of which 35 stay',
    trim: keepOwnLibraries,
  }),
  done: () => requireOnnxRuntime() !== undefined,
};

/** @param {string} folder with `node_modules` */
export function keepOwnLibraries(folder) {
  const systems = join(folder, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
  for (const system of readdirSync(systems))
    for (const architecture of readdirSync(join(systems, system)))
      if (system !== process.platform || architecture !== process.arch)
        rmSync(join(systems, system, architecture), { recursive: true });
}
