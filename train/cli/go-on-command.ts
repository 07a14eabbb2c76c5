// Commands to train, as they were given: to go on with what was interrupted, or with another learning rate.
import { command } from '../../setup/invocation.mjs';
import { runCommand, runsWords } from '../runs/run-command.ts';
import type { Asked } from './check-arguments.ts';
import { givenOptions } from './given-options.ts';

/** How a training is watched and kept within bounds, and who computes it; the rest is in the run's recipe. */
const OF_ONE_RUN = ['keep', 'live', 'tensorboard', 'max-memory', 'json', 'workers', 'cluster', 'task'];

/**
 * @param run - The run that was interrupted.
 * @param args - Of the command that trained it, by name; one of several seeds or folds goes on with all of them.
 */
export function goOnCommand(
  run: { readonly name: string; readonly folder: string },
  { subject, runs }: Pick<Asked, 'subject' | 'runs'>,
  args: Readonly<Record<string, unknown>>,
): string {
  const given = givenOptions(args);
  const isOneOfMany = given.includes('seeds') || (given.includes('folds') && !given.includes('fold'));
  if (!isOneOfMany) {
    const own = given.filter((name) => OF_ONE_RUN.includes(name));
    return runCommand('train', run, ['--resume', run.name, ...wordsOfOptions(own, args)]);
  }
  return trainCommand({ subject, runs }, args, ['fresh']);
}

/**
 * A command to train what is asked for, as it was asked for.
 * @param left - Options that are left out.
 */
export function trainCommand(
  asked: Pick<Asked, 'subject' | 'runs'>,
  args: Readonly<Record<string, unknown>>,
  left: readonly string[],
): string {
  return command('train', [...trainWords(asked, args, left), ...runsWords(asked.runs)]);
}

/** What follows `trainyard train` in such a command, but for the folder of runs. */
export function trainWords(
  { subject }: Pick<Asked, 'subject'>,
  args: Readonly<Record<string, unknown>>,
  left: readonly string[],
): string[] {
  const words = givenOptions(args).filter((name) => name !== 'runs' && !left.includes(name));
  const isPath = subject.kind === 'folder' || subject.kind === 'recipe file';
  const what = subject.kind === 'recipe' ? [subject.name] : isPath ? [subject.path] : [];
  return [...what, ...wordsOfOptions(words, args)];
}

function wordsOfOptions(names: readonly string[], args: Readonly<Record<string, unknown>>): string[] {
  return names.flatMap((name) => {
    const value = args[name];
    if (typeof value === 'boolean') return [value ? `--${name}` : `--no-${name}`];
    return [`--${name}`, String(value)];
  });
}
