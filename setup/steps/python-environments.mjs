// Steps: the Python environments of training, of the tests, of tf2onnx, of sweeps and of Ray.

import { findPython } from '../install/python.mjs';
import { hasEnvironment, makeAlone, makeOverTraining } from '../install/python-environments.mjs';
import { isGpu } from '../machine/gpu-choice.mjs';
import { trainingPlatformNeeds } from '../machine/platform.mjs';

/** @type {import('./step.mjs').Step} */
export const trainingEnvironmentStep = {
  name: 'Python environment',
  get hint() {
    return isGpu() ? 'TensorFlow with CUDA, 8 GB' : 'TensorFlow, 1.3 GB';
  },
  done: () => hasEnvironment('train'),
  needs: () => {
    const platform = trainingPlatformNeeds();
    return platform.length > 0 ? platform : pythonNeeds();
  },
  run: (signal) => makeAlone('train', signal),
};

/** @type {import('./step.mjs').Step} */
export const testEnvironmentStep = {
  name: 'Python of the tests',
  hint: 'onnx, onnxruntime, Pillow, clients of the server and schemas of Kubernetes, 300 MB',
  done: () => hasEnvironment('test'),
  needs: () => [],
  after: [trainingEnvironmentStep.name],
  run: (signal) => makeOverTraining('test', signal),
};

/** @type {import('./step.mjs').Step} */
export const tf2onnxStep = {
  name: 'tf2onnx',
  hint: 'tf2onnx and what TensorFlow needs in Python, 60 MB',
  done: () => hasEnvironment('tf2onnx'),
  needs: () => [],
  after: [trainingEnvironmentStep.name],
  run: (signal) => makeOverTraining('tf2onnx', signal),
};

/** @type {import('./step.mjs').Step} */
export const optunaStep = {
  name: 'Python of sweeps',
  hint: 'Optuna, 100 MB',
  done: () => hasEnvironment('optuna'),
  needs: pythonNeeds,
  run: (signal) => makeAlone('optuna', signal),
};

/** @type {import('./step.mjs').Step} */
export const rayStep = {
  name: 'Ray',
  hint: 'Ray, Ray Data, onnxruntime and Optuna, 640 MB',
  done: () => hasEnvironment('ray'),
  needs: pythonNeeds,
  run: (signal) => makeAlone('ray', signal),
};

/** @returns {import('../machine/system.mjs').Need[]} */
function pythonNeeds() {
  const found = findPython();
  return 'problem' in found ? [found] : [];
}
