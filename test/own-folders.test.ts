// What is promised of the tests: they meet neither the models and runs of this checkout nor the settings of this shell.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { listModels } from '../models/repository.ts';
import { repositoryFolder, root, runsFolder } from '../setup/paths.mjs';
import { copyCheckout } from './copied-checkout.ts';
import { python } from './python.ts';
import { shippedModels } from './shipped.ts';

test('the repository holds the shipped models alone, there are no runs, nothing else is set', async () => {
  expect(await listModels(repositoryFolder)).toMatchObject([
    { name: 'cifar', version: 1 },
    { name: 'digits', version: 1 },
  ]);
  for (const folder of [repositoryFolder, runsFolder]) expect(relative(root, folder)).toMatch(/^\.\./);
  expect(existsSync(runsFolder)).toBe(false);
  const names = Object.keys(process.env).filter((name) =>
    /^(TRAINYARD_.+|PORT|NODE_OPTIONS|INIT_CWD|NO_COLOR)$/.test(name),
  );
  expect(names.filter((name) => !/_(CACHE|PYTHON|TORCH|REPOSITORY|RUNS)$/.test(name))).toEqual([]);
  // Python compiles what it imports once, beside nothing of this checkout.
  const [written, prefix] = JSON.parse(
    python('import json, sys; print(json.dumps([not sys.dont_write_bytecode, sys.pycache_prefix]))'),
  );
  expect([written, relative(root, prefix)]).toEqual([true, join('.trainyard', 'bytecode')]);
});

test('that, and the answers of the shipped models, in a checkout with runs and models of others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-used-'));
  try {
    const checkout = join(folder, 'trainyard');
    copyCheckout(checkout);
    // A newer digits that knows other labels, a damaged one, and a run that is none.
    const digits = join(checkout, 'models/repository/digits');
    cpSync(shippedModels.cifar, join(digits, '2/model.onnx'));
    mkdirSync(join(digits, '3'));
    writeFileSync(join(digits, '3/model.onnx'), 'damaged');
    mkdirSync(join(checkout, 'runs/0001-digits'), { recursive: true });
    writeFileSync(join(checkout, 'runs/0001-digits/recipe.json'), '{');
    const files = ['test/own-folders.test.ts', 'test/serve/answers.test.ts'];
    const child = spawn(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', ...files, '-t', 'the repository holds|agree'],
      {
        cwd: checkout,
        env: { ...process.env, TRAINYARD_REPOSITORY: '', TRAINYARD_RUNS: '', TRAINYARD_THREADS: 'many' },
      },
    );
    const [[code], ...printed] = await Promise.all([
      once(child, 'exit'),
      text(child.stdout),
      text(child.stderr),
    ]);
    expect(code, printed.join('\n')).toBe(0);
    expect(printed[0]).toMatch(/3 passed/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
