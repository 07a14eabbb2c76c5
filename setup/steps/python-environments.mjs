// Steps: the Python environments of training, of the tests and of tf2onnx.

import { findPython } from '../install/python.mjs';
import { hasEnvironment, makeOverTraining, makeTraining } from '../install/python-environments.mjs';
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
    if (platform.length > 0) return platform;
    const found = findPython();
    return 'problem' in found ? [found] : [];
  },
  run: makeTraining,
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
