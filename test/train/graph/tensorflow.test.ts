// TensorFlow is loaded by the first use of it, not by an import: 400 MB and half a second, which a refused command needs not.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AttributeType, backend, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';

const commands = [
  '../../../train/cli/command.ts',
  '../../../train/lr-find/command.ts',
  '../../../train/show/command.ts',
  '../../../train/surface/command.ts',
  '../../../export/cli/command.ts',
  '../../../export/verify/command.ts',
  '../../../export/diff/command.ts',
  '../../../export/quantize/command.ts',
];

const isLoaded = () => readFileSync('/proc/self/maps', 'utf8').includes('libtensorflow_cc');

test('no command loads it before it has work for it', async () => {
  for (const command of commands) {
    await import(command);
    expect(isLoaded(), command).toBe(false);
  }
  eagerAttribute.type('T', 1);
  expect(isLoaded()).toBe(false);
});

test('its first use does, and what is set on the backend is what tfjs finds there', () => {
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  expect(isLoaded()).toBe(true);
  expect('square' in tf).toBe(true);

  const { binding } = backend;
  const ops: string[] = [];
  backend.binding = Object.create(binding, {
    executeOp: {
      value: (...[op, ...rest]: Parameters<typeof binding.executeOp>) => {
        ops.push(op);
        return binding.executeOp(op, ...rest);
      },
    },
  });
  tf.square(tf.scalar(3));
  backend.binding = binding;
  expect(ops).toEqual(['Square']);
});

test("the codes of attributes' types are those of the addon", () => {
  for (const [name, code] of Object.entries(AttributeType))
    expect(Reflect.get(backend.binding, `TF_ATTR_${name.toUpperCase()}`), name).toBe(code);
});
