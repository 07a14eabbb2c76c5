// What is promised of runs and models at the place where the first versions kept them: the commands that are named, pasted
// into a shell, bring all of them into the user's folder, and overwrite nothing there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandsForEarlierWork } from '../../setup/earlier-work.mjs';
import { filesUnder } from '../../setup/files/index.mjs';

let from: string;
beforeEach(() => {
  from = mkdtempSync(join(tmpdir(), 'trainyard earlier '));
  add('node_modules/trainyard/models/repository/digits/1/model.onnx', 'shipped');
});
afterEach(() => rmSync(from, { recursive: true, force: true }));

function add(name: string, text: string): void {
  mkdirSync(dirname(join(from, name)), { recursive: true });
  writeFileSync(join(from, name), text);
}

const commands = () =>
  commandsForEarlierWork({
    packageFolder: join(from, 'node_modules/trainyard'),
    runsFolder: join(from, 'runs'),
    repositoryFolder: join(from, 'models/repository'),
    from,
  });

/** Every file of the user's folder, after the commands were pasted. */
function afterPasting(): Record<string, string> {
  for (const command of commands()) execFileSync('sh', ['-c', command], { cwd: from });
  expect(commands()).toEqual([]);
  const mine = filesUnder(from).map((path) => relative(from, path));
  return Object.fromEntries(
    mine
      .filter((name) => !name.startsWith('node_modules'))
      .map((name) => [name, readFileSync(join(from, name), 'utf8')]),
  );
}

it('what comes with the package alone is not named', () => {
  expect(commands()).toEqual([]);
});

it('all runs are moved at once where there are none', () => {
  add('node_modules/trainyard/runs/0001-digits/recipe.json', 'old 1');
  expect(commands()).toEqual(['mv node_modules/trainyard/runs runs']);
  expect(afterPasting()).toEqual({ 'runs/0001-digits/recipe.json': 'old 1' });
});

it('runs are moved one by one beside those that are there, one whose name is taken under the next free number', () => {
  add('node_modules/trainyard/runs/0001-digits/recipe.json', 'old 1');
  add("node_modules/trainyard/runs/0002-it's/recipe.json", 'old 2');
  add('runs/0001-digits/recipe.json', 'new 1');
  expect(afterPasting()).toEqual({
    'runs/0001-digits/recipe.json': 'new 1',
    "runs/0002-it's/recipe.json": 'old 2',
    'runs/0003-digits/recipe.json': 'old 1',
  });
});

it('models are moved version by version, one whose number is taken to a name of its own', () => {
  add('node_modules/trainyard/models/repository/digits/2/model.onnx', 'old digits');
  add('node_modules/trainyard/models/repository/pets/1/model.onnx', 'old pets');
  add('models/repository/digits/2/model.onnx', 'new digits');
  expect(afterPasting()).toEqual({
    'models/repository/digits/2/model.onnx': 'new digits',
    'models/repository/digits-old/2/model.onnx': 'old digits',
    'models/repository/pets/1/model.onnx': 'old pets',
  });
});
