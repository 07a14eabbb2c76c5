// Python for the tests: arguments in, output out, and a traceback when it fails.
import { expect, test } from 'vitest';
import { python } from '../python.ts';

test('arguments and standard input reach the script', () => {
  const script = 'import sys; print(sys.argv[1:], len(sys.stdin.buffer.read()))';
  expect(python(script, ['a b', 'c'], Buffer.alloc(1 << 20))).toBe("['a b', 'c'] 1048576\n");
});

test('a failing script throws its traceback', () => {
  expect(() => python('raise ValueError("on purpose")')).toThrow(/ValueError: on purpose/);
});

test('the versions are the pinned ones', () => {
  const script = 'import numpy, onnx, onnxruntime, PIL; print(onnx.__version__, PIL.__version__)';
  expect(python(script)).toBe('1.23.2 12.3.0\n');
});
