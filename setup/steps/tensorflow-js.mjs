// Steps: TensorFlow.js for Node in the cache, and its addon, compiled from the package's own sources and ours against the
// TensorFlow of the Python environment.
import { join } from 'node:path';
import { makeFolder } from '../files/index.mjs';
import { packagesStepOf } from '../install/npm-packages.mjs';
import { addonFolder, compilerArguments, hasAddon } from '../libraries/tensorflow-js.mjs';
import { compilerNeeds, compilerOf } from '../machine/compiler.mjs';
import { run } from '../run.mjs';
import { trainingEnvironmentStep } from './python-environments.mjs';

export const tensorflowJsStep = packagesStepOf('tensorflow', {
  title: 'TensorFlow.js',
  hint: 'npm package @tensorflow/tfjs-node-gpu, 300 MB',
});

/** @type {import('./step.mjs').Step} */
export const addonStep = {
  name: 'TensorFlow addon',
  hint: `compiling with ${compilerOf()}`,
  done: hasAddon,
  needs: compilerNeeds,
  after: [trainingEnvironmentStep.name, tensorflowJsStep.name],
  run: (signal) =>
    makeFolder(addonFolder(), async (folder) => {
      const file = join(folder, 'tfjs_binding.node');
      await run('addon', compilerOf(), [...compilerArguments(), '-o', file], { signal });
      // Loading it here finds a CPU or a system that TensorFlow was not made for, while there is someone to tell.
      await run('addon-load', process.execPath, ['-e', `require(${JSON.stringify(file)})`], { signal });
    }),
};
