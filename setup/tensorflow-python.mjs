// Python with TensorFlow and tf2onnx, made ready when it is first asked for: nothing but the tests needs it otherwise.
import { isGpu } from './gpu-choice.mjs';
import { python } from './paths.mjs';
import { prepareSteps } from './prepare.mjs';
import { tensorflowPythonFolder, tensorflowPythonStep } from './steps/tensorflow-python.mjs';
import { venvStep } from './steps/venv.mjs';

/**
 * The interpreter, and the environment to run it in.
 * @throws {import('./errors.mjs').SetupError} what went wrong, and what mends it
 * @returns {Promise<{ executable: string, env: Record<string, string> }>}
 */
export async function tensorflowPython() {
  await prepareSteps([venvStep({ test: false, gpu: isGpu() }), tensorflowPythonStep], false);
  return {
    executable: python,
    // 2: errors alone. Modules are imported from this folder before those of .venv.
    env: { PYTHONPATH: tensorflowPythonFolder, TF_CPP_MIN_LOG_LEVEL: '2' },
  };
}
