// What is promised of --help: 80 columns, no escape codes where no terminal reads it, every option, and examples that work.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWords, type Options } from '../../bin/check-words.ts';
import type { Command } from '../../bin/command.ts';
import { commands } from '../../bin/commands.ts';
import { commandHelp, overview } from '../../bin/help.ts';
import { command as invocation } from '../../setup/invocation.mjs';
import { root } from '../../setup/paths.mjs';
import { trainyard } from '../command.ts';

const WIDTH = 80;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what begins an escape code
const ESCAPE = /\u001B/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: bold, and its end
const BOLD = /\u001B\[(1|22)m/g;

const tooWide = (text: string) => text.split('\n').filter((line) => line.length > WIDTH);
const optionsOf = async (command: Command): Promise<Options> => (await (await command.load()).args) ?? {};

describe.each(commands.map((command) => [command.name, command] as const))('%s', (name, command) => {
  it('has a help of 80 columns, without escape codes', async () => {
    const { status, stdout, stderr } = await trainyard(name, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(tooWide(stdout)).toEqual([]);
    expect(stdout).not.toMatch(ESCAPE);
    expect((await trainyard('help', name)).stdout).toBe(stdout);
    expect((await trainyard(name, 'some', '-h')).stdout).toBe(stdout);
  });

  it('names its usage, every argument and option with a description, and its examples last', async () => {
    const { stdout } = await trainyard(name, '--help');
    expect(stdout).toMatch(new RegExp(`^Usage: trainyard ${name} `, 'm'));
    for (const [option, { type, description }] of Object.entries(await optionsOf(command))) {
      const written = type === 'positional' ? `[[<]${option}[\\]>]` : `--${option}`;
      expect(stdout).toMatch(new RegExp(`^ {2}${written}(?![\\w-])`, 'm'));
      expect(description, option).toMatch(/^\S.*[^.\s]$/);
    }
    const [, examples = ''] = stdout.split('\nExamples:\n');
    expect(examples).toContain(invocation(name, command.examples[0].words));
  });

  it('takes the words of its examples', async () => {
    const options = await optionsOf(command);
    for (const { words } of command.examples) expect(() => checkWords(command, words, options)).not.toThrow();
  });
});

it('the list has every command under a heading, in 80 columns', async () => {
  const { stdout } = await trainyard();
  for (const { name, description } of commands) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(description).toMatch(/^[A-Z].*[^.]$/);
  }
  expect(tooWide(stdout)).toEqual([]);
  expect(stdout).not.toMatch(ESCAPE);
  expect((await trainyard('--help')).stdout).toBe(stdout);
  expect((await trainyard('help')).stdout).toBe(stdout);
});

it('headings are bold on a terminal that has colors, and nothing else differs', async () => {
  const [command] = commands;
  if (command === undefined) throw new Error('there is no command');
  const options = await optionsOf(command);
  for (const make of [
    (colored: boolean) => commandHelp(command, options, colored),
    (colored: boolean) => overview(commands, colored),
  ]) {
    expect(make(true)).toContain('\u001B[1mOptions:\u001B[22m');
    expect(make(true).replaceAll(BOLD, '')).toBe(make(false));
  }
});

it('a default is shown, a path as it is reached from here', () => {
  const command: Command = {
    name: 'try',
    group: 'Start',
    description: 'Try',
    examples: [{ words: [] }],
    load: () => Promise.reject(new Error('not loaded')),
  };
  const help = commandHelp(command, {
    runs: {
      type: 'string',
      valueHint: 'folder',
      description: 'Folder of the runs',
      default: join(process.cwd(), 'runs'),
    },
    live: { type: 'boolean', description: 'Show it', default: true, negativeDescription: 'Do not' },
    'a-name-that-is-longer-than-others': { type: 'string', description: 'Says much', group: 'More' },
  });
  expect(help.split('\n')).toEqual([
    'Try',
    '',
    'Usage: trainyard try [options]',
    '',
    'Options:',
    '  --runs <folder>  Folder of the runs (default: runs)',
    '  --live           Show it (default)',
    '  --no-live        Do not',
    '  -h, --help       Show this',
    '',
    'More:',
    '  --a-name-that-is-longer-than-others <value>',
    '                   Says much',
    '',
    'Examples:',
    '  npx trainyard try',
  ]);
});

it('goes into a file whole, whatever FORCE_COLOR and the width of the terminal say', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'bin/trainyard.mjs'), 'train', '--help'],
    {
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '1', COLUMNS: '40' },
    },
  );
  expect(status).toBe(0);
  expect(stdout).not.toMatch(ESCAPE);
  expect(tooWide(stdout)).toEqual([]);
  expect(stdout).toMatch(/^Examples:\n/m);
});
