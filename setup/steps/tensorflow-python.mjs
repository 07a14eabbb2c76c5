// Step: TensorFlow as Python imports it, and tf2onnx, in a folder that is laid over `.venv`.
import { join } from 'node:path';
import { makeFolder, readJson, writeJson } from '../files.mjs';
import { python, stateFolder } from '../paths.mjs';
import { run } from '../run.mjs';
import { hashRequirements, pipInstall, requirementsPath } from './venv.mjs';

const requirements = 'tensorflow-python.txt';

/** For PYTHONPATH, with the interpreter of `.venv`. */
export const tensorflowPythonFolder = join(stateFolder, 'tensorflow-python');

const stampFile = join(tensorflowPythonFolder, 'trainyard.json');

/** @type {import('./index.mjs').Step} */
export const tensorflowPythonStep = {
  name: 'tf2onnx',
  hint: 'tf2onnx and what TensorFlow needs in Python, 60 MB',
  done: () => readJson(stampFile)?.requirements === hashRequirements(requirements),
  needs: () => [],
  run: () =>
    makeFolder(tensorflowPythonFolder, async (folder) => {
      await run('tf2onnx', python, [...pipInstall, '--target', folder, '-r', requirementsPath(requirements)]);
      writeJson(join(folder, 'trainyard.json'), { requirements: hashRequirements(requirements) });
    }),
};
