// What is promised of a process that ends in the middle of a run: its own exit status, because it waits for who is inside,
// and nobody goes in any more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createExitGate, goInside, openExitGate, shutGate } from '../../../serve/sessions/exit-gate.ts';
import { root } from '../../../setup/paths.mjs';
import { shippedModels } from '../../shipped.ts';
import { temporaryFolder } from '../harness.ts';

const folder = await temporaryFolder();
afterAll(() => folder.remove());

test('a program that calls process.exit() while a model runs ends with its own status', async () => {
  const program = join(folder.path, 'program.mts');
  writeFileSync(
    program,
    `import { loadModel } from ${JSON.stringify(join(root, 'public/index.ts'))};
    const model = await loadModel(${JSON.stringify(shippedModels.cifar)}, { threads: 1 });
    const picture = { data: new Uint8Array(32 * 32 * 3), width: 32, height: 32, channels: 3 } as const;
    void model.classify(Array(600).fill(picture));
    setTimeout(() => process.exit(3), 100);`,
  );
  const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;
  const child = spawn(process.execPath, ['--import', loader, program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await once(child, 'close')).toEqual([3, null]);
});

test('who is inside comes out before the gate is shut, and nobody goes in afterwards', async () => {
  const gate = createExitGate();
  expect(await goInside(gate, async () => 'an answer')).toBe('an answer');
  await expect(goInside(gate, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
  let comeOut = () => {};
  const inside = goInside(gate, () => new Promise<void>((resolve) => (comeOut = resolve)));
  expect(shutGate(gate, 1)).toBe(false);
  comeOut();
  await inside;
  expect(shutGate(gate, 1)).toBe(true);
  let went = 0;
  void goInside(gate, async () => ++went);
  await new Promise((resolve) => setImmediate(resolve));
  expect(went).toBe(0);
  expect(shutGate(gate, 1)).toBe(true); // who was turned away is not inside
});

test('the process has one listener for many gates, and none when they are gone', () => {
  const before = process.listenerCount('exit');
  const gates = Array.from({ length: 20 }, openExitGate);
  expect(process.listenerCount('exit')).toBe(before + 1);
  for (const { remove } of gates) remove();
  expect(process.listenerCount('exit')).toBe(before);
});
