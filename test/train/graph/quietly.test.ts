// Loading TensorFlow prints nothing, wherever standard error goes, and what is printed before and after stays in its order.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { compiled } from '../../../setup/modules/compiled.mjs';
import { root } from '../../../setup/paths.mjs';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-quietly-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = `
  const { tf } = await import(${JSON.stringify(await compiled('train/graph/tensorflow.ts'))});
  const { writeSync } = await import('node:fs');
  writeSync(2, 'one\\n');
  writeSync(1, 'two\\n');
  tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync();
  writeSync(2, 'three\\n');
  writeSync(1, 'four\\n');
`;
const words = ['--input-type=module', '--eval', script];

it('to a program that started it', async () => {
  // Node gives a child sockets, which have no path by which they could be opened again.
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect([stdout, stderr]).toEqual(['two\nfour\n', 'one\nthree\n']);
});

it('to a file that has both streams', () => {
  const path = join(folder, 'log');
  const file = openSync(path, 'w');
  spawnSync(process.execPath, words, { cwd: root, stdio: ['ignore', file, file] });
  closeSync(file);
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\nfour\n');
});
