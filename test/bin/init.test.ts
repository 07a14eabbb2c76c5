// What is promised of `trainyard init`: a project in which what it says next works, and no file of the user's overwritten.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { origin } from '../../bin/init/files.ts';
import { root, version } from '../../setup/paths.mjs';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'trainyard-init-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function init(cwd: string, ...words: string[]) {
  const program = join(root, 'bin/trainyard.mjs');
  return spawnSync(process.execPath, [program, 'init', ...words], { cwd, encoding: 'utf8' });
}

/** The commands that it prints under "Next:". */
const nextOf = (stdout: string) =>
  [...(stdout.split('\nNext:\n')[1] ?? '').matchAll(/^ {2}(.+)$/gm)].map(([, line]) => line ?? '');

it('makes a project, and prints steps that are there', () => {
  const { status, stdout, stderr } = init(folder, 'My project');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const path of ['package.json', 'README.md', 'trainyard.config.ts', 'server.js', 'pictures/seven.png'])
    expect(stdout).toContain(`Made  ${path}\n`);
  const project = join(folder, 'My project');
  expect(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))).toMatchObject({
    name: 'my-project',
    scripts: {
      train: 'trainyard train',
      export: 'trainyard export',
      predict: 'trainyard predict',
      start: 'node server.js',
      test: 'node --test',
    },
    dependencies: { trainyard: expect.any(String) },
  });
  expect(readFileSync(join(project, '.gitignore'), 'utf8')).toMatch(/^node_modules\/\nruns\/\nmodels\/\n/);
  const next = nextOf(stdout);
  expect(next.slice(0, 3)).toEqual(["cd 'My project'", 'npm install', 'npx trainyard setup']);
  // That they work is tested with the package, which takes a minute.
  const steps = next.filter((line) => !/ (setup|train|export)\b|^npm (test|start)/.test(line));
  const help = next.filter((line) => / (setup|train|export)\b/.test(line)).map((line) => `${line} --help`);
  expect(steps.length + help.length).toBe(next.length - 2);
  const lines = [...steps, ...help, 'npx trainyard --help'].join('\n');
  const printed = execFileSync('sh', ['-ec', lines], { cwd: folder, encoding: 'utf8' });
  expect(printed).toContain('Usage: trainyard <command> [options]');
}, 120_000);

it('every script and command of the README is there', () => {
  init(folder, '.');
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(3);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

it('a file that is there stays as it is, and is named', () => {
  writeFileSync(join(folder, 'package.json'), '{"name":"mine"}');
  writeFileSync(join(folder, 'README.md'), 'mine');
  const first = init(folder);
  expect(first.status).toBe(0);
  expect(first.stdout).toContain(
    'Kept  package.json (it exists already)\nKept  README.md (it exists already)\n',
  );
  expect(nextOf(first.stdout)[0]).toBe(`npm install file:${root}`);
  const second = init(folder, '.');
  expect(second.stdout).not.toContain('Made');
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{"name":"mine"}');
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
  writeFileSync(join(folder, 'package.json'), '{"devDependencies":{"trainyard":"*"}}');
  expect(nextOf(init(folder).stdout)[0]).toBe('npm install');
});

it.each([
  ['a file', 'file'],
  ['what lies under a file', 'file/project'],
])('%s is no folder: that is said without a stack trace', (_, name) => {
  writeFileSync(join(folder, 'file'), '');
  const { status, stdout, stderr } = init(folder, name);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/cannot be written: .*Name another folder/);
  expect(stderr).not.toMatch(/^\s+at /m);
});

it('depends on the tarball that it was installed from, or on its version', () => {
  const installed = join(folder, 'node_modules', 'trainyard');
  mkdirSync(installed, { recursive: true });
  const lock = (resolved: string) =>
    writeFileSync(
      join(folder, 'node_modules', '.package-lock.json'),
      JSON.stringify({ packages: { 'node_modules/trainyard': { resolved } } }),
    );
  expect(origin(installed, false)).toBe(`^${version}`);
  lock('https://registry.npmjs.org/trainyard/-/trainyard-0.1.0.tgz');
  expect(origin(installed, false)).toBe(`^${version}`);
  lock('file:../trainyard-0.1.0.tgz');
  expect(origin(installed, false)).toBe(`file:${join(folder, '../trainyard-0.1.0.tgz')}`);
});

it('takes any name of a folder: npm takes the name that it makes of it, and a shell the step to it', () => {
  for (const name of ['n'.repeat(240), "it's #1 $HOME %20"]) {
    const { stdout } = init(folder, name);
    const { name: ofPackage } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'));
    // Reference: validate-npm-package-name
    expect(ofPackage).toMatch(/^[a-z0-9][a-z0-9-]{0,213}$/);
    const [step = ''] = nextOf(stdout);
    const where = execFileSync('sh', ['-c', `${step} && pwd`], { cwd: folder, encoding: 'utf8' });
    expect(where.trim()).toBe(join(folder, name));
  }
});

it('npm create trainyard begins it wherever npm keeps packages', () => {
  const packages = join(folder, '50% #1?', 'node_modules');
  mkdirSync(join(packages, 'trainyard'), { recursive: true });
  writeFileSync(join(packages, 'trainyard', 'package.json'), '{"bin": {"trainyard": "said.mjs"}}');
  writeFileSync(join(packages, 'trainyard', 'said.mjs'), 'console.log(process.argv.slice(2).join())');
  mkdirSync(join(packages, 'create-trainyard'));
  const program = join(packages, 'create-trainyard', 'create-trainyard.mjs');
  copyFileSync(join(root, 'create-trainyard', 'create-trainyard.mjs'), program);
  expect(execFileSync(process.execPath, [program, 'my-app'], { encoding: 'utf8' })).toBe('init,my-app\n');
});
