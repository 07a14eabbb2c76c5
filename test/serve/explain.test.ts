// What is promised of errors: answers hold no stack and no folder of the machine, the log holds both.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { UserError } from '../../models/errors.ts';
import { explain, inPublic, SERVER_ERROR } from '../../serve/explain.ts';
import { colors, openTestApp } from './harness.ts';

const folder = import.meta.dirname;

function thrown(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The error with which a thread ends. */
function ofThread(code: string): Promise<unknown> {
  return new Promise((resolve) => new Worker(code, { eval: true }).once('error', resolve));
}

test('a bug has its stack in the log, and neither stack nor message in answers', async () => {
  const bugs = [
    thrown(() => JSON.parse('{')),
    thrown(() => readFileSync(`${folder}/nothing at all`)),
    thrown(() => structuredClone(() => {})), // a DOMException
    Object.assign(new Error('of a class without a name like that'), { name: 'Failed' }),
    await ofThread(`throw new RangeError('in a thread: ${folder}/a')`),
  ];
  for (const bug of bugs) {
    const text = explain(bug);
    expect(text).toContain('\n    at ');
    expect(inPublic(text)).toBe(SERVER_ERROR);
  }
});

test.each<[name: string, message: string, changed?: string]>([
  ['a usual one', 'it broke'],
  ['lines that look like frames', 'x\n    at forged (a.js:1:1)\nPOST /classify 200\u001b[1A'],
  ['a message that is the name', 'Error'],
  ['no message', ''],
  ['a message that was changed later', 'before', `a\n${'b'.repeat(300)}`],
])('the message of a bug is one line, and the frames are those of V8: %s', (_name, message, changed) => {
  const error = new Error(message);
  const frames = (error.stack ?? '').slice(`Error: ${message}`.length);
  if (changed !== undefined) error.message = changed;
  expect(explain(error)).toBe(`Error: ${JSON.stringify(error.message).slice(1, -1)}${frames}`);
});

test('what is thrown and is no error is one line too', () => {
  expect(explain('a\n    at b')).toBe('a\\n    at b');
});

test('an error about a model keeps its words, without the folders of its paths', () => {
  const path = `${folder}/model.onnx`;
  const spaced = '/home/my user/models/a b.onnx';
  const words: [received: string, expected: string][] = [
    [`${path} is no model`, 'model.onnx is no model'],
    [
      `Load model from ${path} failed:${path}: no such file`,
      'Load model from model.onnx failed:model.onnx: no such file',
    ],
    [`see ${pathToFileURL(path).href}:12:3`, 'see model.onnx:12:3'],
    [`"${spaced}" and '${pathToFileURL(spaced).href}'`, `"a b.onnx" and 'a%20b.onnx'`],
    [`(${path}), [${path}]`, '(model.onnx), [model.onnx]'],
    [
      'its place is digits/1/model.onnx, see https://example.org/a/b',
      'its place is digits/1/model.onnx, see https://example.org/a/b',
    ],
  ];
  for (const [received, expected] of words) expect(inPublic(explain(new UserError(received)))).toBe(expected);
});

test('a worker that ends over a model: /models says so alone, the log has the rest', async () => {
  const entry = new URL('./engine/stumbling-worker.mjs', import.meta.url);
  const server = await openTestApp({ models: [{ seed: 1 }, colors], engine: { entry } });
  for (let look = 0; look < 3; look++) await server.engine.look();
  const { broken } = await (await server.app.request('/models')).json();
  const index = await (await server.app.request('/v2/repository/index', { method: 'POST' })).json();
  const asked = await server.app.request('/classify?model=colors', { method: 'POST', body: 'x' });
  const error = await asked.json();
  await server.close();
  const reason = `a worker ended over it: ${SERVER_ERROR}`;
  expect(broken).toEqual([{ name: 'colors', version: 1, reason }]);
  expect(error).toEqual({ error: `colors/1 cannot be used: ${reason}` });
  expect(JSON.stringify([broken, index, error])).not.toMatch(/TypeError|file:|\/models?\.onnx|\bat /);
  const logged = server.log.filter((line) => line.startsWith('colors/1 is left out')).join('\n');
  expect(logged).toContain(`cannot read ${server.repository}/colors/1/model.onnx`);
  expect(logged).toContain('stumbling-worker.mjs:');
  const stopped = server.log.filter((line) => line.startsWith('a worker stopped'));
  expect(stopped).toHaveLength(2); // one may not be the model's fault; no more are lost over it
});
