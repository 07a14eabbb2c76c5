// Runs a command: help where it is asked for, the words checked first, and a user's mistakes without a stack trace.

import { runCommand } from 'citty';
import { UserError } from '../models/errors.ts';
import { visibleLines } from '../models/printable.ts';
import { systemErrorInWords } from '../models/system-error.ts';
import { tellEarlierWork } from '../setup/earlier-work.mjs';
import { SetupError } from '../setup/errors.mjs';
import { endAsFirstProcess } from '../setup/machine/signals.mjs';
import { checkWords } from './check-words.ts';
import type { Command } from './command.ts';
import { commandHelp } from './help.ts';

/** @throws UserError for words that the command does not take, and for what it says itself. */
export async function run(command: Command, words: readonly string[]): Promise<void> {
  const definition = await command.load();
  const options = await definition.args;
  if (asksForHelp(words)) return console.log(commandHelp(command, options));
  checkWords(command, words, options);
  if (command.usesWork) tellEarlierWork();
  const restore = [
    ...(command.isStyled ? [] : [guardTerminal()]),
    ...(words.includes('--json') ? [keepStandardOutput()] : []),
    ...(RUNS_OWN_CODE.includes(command.group) ? [tellOfEarlyEnd(command.name)] : []),
  ];
  try {
    await runCommand(definition, { rawArgs: [...words] });
  } finally {
    for (const one of restore.toReversed()) one();
  }
}

/** Groups of the commands that run recipe files, whose code may end the process. */
const RUNS_OWN_CODE: readonly Command['group'][] = ['Train', 'Export'];

/** Until it is called off: that a command ends in its midst is no success, and is told. */
function tellOfEarlyEnd(name: string): () => void {
  let reason = 'process.exit() was called, as in a recipe file';
  // Which process.exit() does not come by.
  const hasNothingLeft = () => {
    reason = 'it waits for a promise that nothing settles, such as an await in a recipe file';
  };
  const tell = (status: number) => {
    if (status !== 0) return;
    console.error(`${name} ended before it was done: ${reason}. What was saved before is whole.`);
    process.exitCode = 1;
  };
  process.once('beforeExit', hasNothingLeft).once('exit', tell);
  return () => void process.off('beforeExit', hasNothingLeft).off('exit', tell);
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  return before.includes('--help') || before.includes('-h');
}

/**
 * What a command prints holds names of files, labels and messages of libraries. Nothing in them acts on the terminal: it
 * is shown as its escape.
 */
function guardTerminal(): () => void {
  const before = { ...console };
  for (const name of ['log', 'info', 'warn', 'error'] as const) {
    console[name] = (...what: unknown[]) =>
      before[name](...what.map((one) => (typeof one === 'string' ? visibleLines(one) : one)));
  }
  return () => void Object.assign(console, before);
}

/** With --json, standard output is for programs: whatever is logged on the way, here or in a library, goes to the other. */
function keepStandardOutput(): () => void {
  const { log, info } = console;
  console.log = console.info = (...what) => console.error(...what);
  return () => {
    console.log = log;
    console.info = info;
  };
}

/** Does what may fail by a user's mistake: then the message says what it was, and the exit status is not 0. */
export async function explain(work: () => Promise<void>): Promise<void> {
  endAsFirstProcess();
  try {
    await work();
  } catch (error) {
    const message = messageForUser(error);
    if (message === undefined) throw error;
    console.error(visibleLines(message));
    process.exitCode = error instanceof UserError ? error.exitStatus : 1;
  }
}

/** What the user can do something about, in words; undefined for a bug. */
function messageForUser(error: unknown): string | undefined {
  const isForUser = error instanceof UserError || error instanceof SetupError;
  return isForUser ? error.message : systemErrorInWords(error);
}
