// Runs Python in the tests: the environment that set-up made, for parity with Pillow, onnx and onnxruntime.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pythonOf } from '../setup/install/python-environments.mjs';

/** Enough for a test set's pictures on standard output. */
const maximumOutput = 1 << 30;

/**
 * Runs a Python script and returns what it printed.
 * @param script Python source, as after `python -c`
 * @param args   `sys.argv[1:]`
 * @param input  bytes on standard input
 * @throws Error with Python's traceback when it exits with another code than 0
 */
export function python(script: string, args: string[] = [], input: Buffer = Buffer.alloc(0)): string {
  const interpreter = pythonOf('test');
  if (!existsSync(interpreter)) {
    throw new Error(`There is no Python at ${interpreter}. Run: node setup/main.mjs --for test`);
  }
  const result = spawnSync(interpreter, ['-c', script, ...args], { input, maxBuffer: maximumOutput });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `Python ended with ${result.signal ?? `code ${result.status}`}:\n${result.stderr.toString()}`,
    );
  }
  return result.stdout.toString();
}
