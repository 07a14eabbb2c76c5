// Python with TensorFlow and tf2onnx, made ready when it is first asked for: nothing but the tests needs it otherwise.

import { pythonOf } from '../install/python-environments.mjs';
import { prepareSteps } from '../prepare.mjs';
import { tf2onnxStep, trainingEnvironmentStep } from '../steps/python-environments.mjs';

/**
 * The interpreter, and the environment to run it in.
 * @throws {import('../errors.mjs').SetupError} what went wrong, and how to fix it
 * @returns {Promise<{ executable: string, env: Record<string, string> }>}
 */
export async function tensorflowPython() {
  await prepareSteps([trainingEnvironmentStep, tf2onnxStep], false);
  return { executable: pythonOf('tf2onnx'), env: { TF_CPP_MIN_LOG_LEVEL: '2' } }; // 2: errors alone
}
