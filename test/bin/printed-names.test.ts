// Whatever a command prints: names of files and labels in it do not act on the terminal, and begin no line of their own.

import { defineCommand } from 'citty';
import { afterEach, expect, test, vi } from 'vitest';
import type { Command } from '../../bin/command.ts';
import { explain, run } from '../../bin/run.ts';
import { UserError } from '../../models/errors.ts';
import { showProgress } from '../../serve/predict/progress.ts';
import { findingsInWords } from '../../train/datasets/folder/findings-in-words.ts';
import { html } from '../../train/report/html.ts';
import { predicted } from '../serve/predict/predicted.ts';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** What is printed, by both streams of the console. */
function listen(): string[] {
  const lines: string[] = [];
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((line) => void lines.push(String(line)));
  return lines;
}

const name = 'a\u001b[2J\u009b1A\u202egpj.exe';
const shown = 'a\\u001b[2J\\u009b1A\\u202egpj.exe';

test('a command and a message about a mistake', async () => {
  const lines = listen();
  const command: Command = {
    name: 'print',
    group: 'Start',
    description: 'Print a name',
    examples: [{ words: [] }],
    load: async () => defineCommand({ args: {}, run: () => console.log(`one\n${name}`) }),
  };
  const before = console.log;
  await run(command, []);
  expect(console.log).toBe(before);
  await explain(() => Promise.reject(new UserError(`There is no file ${name}.`)));
  expect(lines).toEqual([`one\n${shown}`, `There is no file ${shown}.`]);
});

test('files without a prediction', () => {
  const lines = listen();
  const progress = showProgress(1, 'digits/1', undefined, { files: 0, endings: '' }, false);
  const file = `x\n1,000 files at 9 a second${name}`;
  progress.written([{ file, error: 'the PNG could not be decoded' }]);
  progress.end(false);
  expect(lines).toContain(`  x\\n1,000 files at 9 a second${shown}: the PNG could not be decoded`);
});

test('the predictions of a few files', () => {
  const lines = listen();
  const progress = showProgress(1, 'digits/1', undefined, { files: 0, endings: '' }, true);
  progress.written([predicted(name, { label: name, probability: 0.98765 })]);
  progress.end(false);
  expect(lines[0]).toBe(`${shown}: ${shown} 98.77 %`);
});

test('files that are left out of a training, and the report about it', () => {
  const findings = {
    ...{ root: '/', split: '', copies: [], contradictions: [], nearDuplicates: [], notes: [], remarks: {} },
    classes: [{ label: 'cat\nFinished: accuracy 100 %', train: 1, validation: 1 }],
    problems: [{ path: name, reason: 'damaged' }],
  };
  const words = findingsInWords({ findings });
  expect(words.join('')).not.toMatch(/[\n\u202e\p{Cc}]/u);
  expect(words).toContain(`  Left out: ${shown}: damaged.`);
  expect(String(html`<p>${name}&</p>`)).toBe(`<p>${shown}&</p>`);
  expect(String(html`<p>${'<b>'}</p>`)).toBe('<p>&lt;b&gt;</p>');
});
