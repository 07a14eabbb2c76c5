// What is promised of the words of a command line: each is understood, or answered in words that say what is taken.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { aboutDashes, checkWords, type Options } from '../../bin/check-words.ts';
import type { Command } from '../../bin/command.ts';
import { readJson } from '../../setup/files/index.mjs';
import { root } from '../../setup/paths.mjs';
import { trainyard } from '../command.ts';

const file = fileURLToPath(import.meta.url);
const tooLong = 'a'.repeat(300);

const command: Command = {
  name: 'photos',
  group: 'Train',
  description: 'Try',
  examples: [{ words: ['./pets'] }],
  load: () => Promise.reject(new Error('not loaded')),
};
const options: Options = {
  folder: { type: 'positional', description: 'Folder to make' },
  each: { type: 'string', valueHint: 'number' },
  start: { type: 'string' },
  live: { type: 'boolean', default: true },
};

describe('words that are taken', () => {
  it.each([
    ['pets'],
    ['pets --each 3'],
    ['--each 3 pets'],
    ['--each=3 pets'],
    ['--each= pets'],
    ['--start -3 pets'],
    ['--start -.5 pets'],
    ['pets --live'],
    ['pets --no-live'],
    ['pets --live=false'],
    ['-- --pets'],
    ['-'],
  ])('%s', (words) => {
    expect(() => checkWords(command, words.split(' '), options)).not.toThrow();
  });
});

describe('words that are refused', () => {
  it.each([
    ['', /^photos needs <folder> \(Folder to make\), for example: npm run photos \.\/pets$/],
    ['pets 3', /^photos takes <folder>; received "3" as well\. With npm run, options come after two dashes/],
    ['pets --eahc 3', /^There is no option --eahc\. Did you mean --each\?$/],
    [
      'pets --nothing=3',
      /^There is no option --nothing\. There are: --each, --start, --live, --no-live, --help\.$/,
    ],
    ['pets -e 3', /^There is no option -e\./],
    ['pets -each 3', /^There is no option -each\. Did you mean --each\?$/],
    ['-3', /^There is no option -3\./],
    ['pets -.5', /^There is no option -\.5\./],
    ['pets --folder x', /^There is no option --folder\./],
    ['pets --no-each', /^There is no option --no-each\./],
    ['pets --constructor 3', /^There is no option --constructor\./],
    ['pets --each', /^--each needs a value: --each <number>$/],
    ['pets --each --live', /^--each needs a value: --each <number>$/],
    ['pets --live=3', /^--live takes no value; received "3"\.$/],
    [
      '-- pets --each',
      /^photos takes <folder>; received "--each" as well\. What comes after two dashes is no option/,
    ],
  ])('%s', (words, message) => {
    expect(() => checkWords(command, words.split(' ').filter(Boolean), options)).toThrow(message);
  });

  it('a command that takes no arguments, and one that takes many', () => {
    const { folder, ...others } = options;
    expect(() => checkWords(command, ['x'], others)).toThrow(
      /^photos takes no arguments; received "x" as well/,
    );
    expect(() => checkWords({ ...command, takesMany: true }, ['x', 'y', 'z'], options)).not.toThrow();
  });
});

describe('of a word that is too much', () => {
  it.each([
    ['3', true, 'train', ' With npm run, options come after two dashes: npm run train digits -- --epochs 3'],
    ['3', false, 'fit', ' With npm run, options come after two dashes: npm run fit -- --epochs 3'],
    ['3', false, 'npx', ''],
    ['--epochs', false, 'npx', ' What comes after two dashes is no option: leave the two dashes out.'],
  ])('%s, in the clone: %s, run by %s', (word, checkout, script, said) => {
    expect(aboutDashes(word, checkout, script)).toBe(said);
  });
});

describe('trainyard', () => {
  it.each([['--version'], ['-v']])('%s is the version of package.json', async (word) => {
    expect(await trainyard(word)).toEqual({
      status: 0,
      stdout: readJson(join(root, 'package.json'))?.version,
      stderr: '',
    });
  });

  it.each([
    [['trian'], 'There is no command trian. Did you mean train?'],
    [['help', 'trian'], 'There is no command trian. Did you mean train?'],
    [['--verison'], 'There is no command --verison. There are: init, setup, start, train,'],
    [['constructor'], 'There is no command constructor. There are: init,'],
    [['help', 'train', 'digits'], 'help takes <command>; received "digits" as well.'],
    [['doctor', 'x'], 'doctor takes no arguments; received "x" as well.'],
    [
      ['setup', '--for', 'everything'],
      '--for takes packages, serve, train, test, ci, all; received "everything".',
    ],
    [['setup', '--gpu', '--cpu'], '--gpu and --cpu exclude each other'],
    [['completion', 'tcsh'], 'completion takes bash, zsh, fish; received "tcsh".'],
    [['verify', '-1'], 'There is no option -1.'],
    [['report', '--runs', file], `${file} cannot be used: a file is there, and a folder was expected.`],
    [
      ['train', 'digits', '--runs', file],
      `${file} cannot be used: a file is there, and a folder was expected.`,
    ],
    [['diff', 'digits', 'digits', '--pictures', tooLong], 'aaa cannot be used: the name is too long.'],
  ])('%j ends with 1 and says why', async (words, message) => {
    const { status, stdout, stderr } = await trainyard(...words);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
