// Checks the words behind a command against the options and arguments that it has, before anything of it is run.
import { UserError } from '../models/errors.ts';
import { suggestion } from '../models/nearest.ts';
import { command as invocation } from '../setup/invocation.mjs';
import { inCheckout } from '../setup/paths.mjs';
import type { Command, Option } from './command.ts';

/** Options and arguments by name. */
export type Options = Readonly<Record<string, Option>>;

/** A word that is no value of an option: a lone dash and a negative number are values. */
const isOption = (word: string): boolean => /^-[^\d.]/.test(word);

/** A word that is no argument. */
const startsWithDash = (word: string): boolean => /^-./s.test(word);

/**
 * @throws UserError for an option that the command does not have, an option without its value or with one that it does
 * not take, a word that it does not expect, and one that it needs.
 */
export function checkWords(command: Command, words: readonly string[], options: Options): void {
  const received: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      received.push(...words.slice(i + 1));
      break;
    }
    if (!startsWithDash(word)) received.push(word);
    else if (checkOption(word, words[i + 1], options)) i++;
  }
  checkArguments(command, received, options);
}

/** @returns whether the next word is the option's value. */
function checkOption(word: string, next: string | undefined, options: Options): boolean {
  const [, dashes = '', name = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const known = dashes === '--' ? find(options, name) : undefined;
  if (known === undefined) throw unknown('option', word.split('=')[0] ?? word, optionWords(options));
  if (known.type === 'boolean') {
    if (value === undefined || value === 'true' || value === 'false') return false;
    throw new UserError(`--${name} takes no value; received ${JSON.stringify(value)}.`);
  }
  if (value !== undefined) return false;
  if (next !== undefined && !isOption(next)) return true;
  throw new UserError(`--${name} needs a value: --${name} <${hintOf(known)}>`);
}

/** The option of a name; `no-live` is one where `live` is a switch. */
function find(options: Options, name: string): Option | undefined {
  if (Object.hasOwn(options, name)) return options[name]?.type === 'positional' ? undefined : options[name];
  const positive = name.replace(/^no-/, '');
  const switched = positive !== name && Object.hasOwn(options, positive) ? options[positive] : undefined;
  return switched?.type === 'boolean' ? switched : undefined;
}

function checkArguments(command: Command, received: readonly string[], options: Options): void {
  const names = argumentNames(options);
  const beyond = command.takesMany ? undefined : received[names.length];
  if (beyond !== undefined) throw unexpected(command.name, beyond, names);
  const missing = names[received.length];
  if (missing === undefined || options[missing]?.required === false) return;
  const [{ words }] = command.examples;
  throw new UserError(
    `${command.name} needs ${needed(options, missing)}, for example: ${invocation(command.name, words)}`,
  );
}

function needed(options: Options, name: string): string {
  const description = options[name]?.description;
  return description === undefined ? `<${name}>` : `<${name}> (${description})`;
}

function unexpected(command: string, word: string, names: readonly string[]): UserError {
  const takes = names.length === 0 ? 'no arguments' : names.map((name) => `<${name}>`).join(' and ');
  return new UserError(
    `${command} takes ${takes}; received ${JSON.stringify(word)} as well.${aboutDashes(word)}`,
  );
}

/**
 * What to say of a word that is too much. In "npm run train digits --epochs 3" npm keeps --epochs, and hands over the 3;
 * npx hands over the two dashes of "npx trainyard train digits -- --epochs 3".
 *
 * @param script - the script that npm runs, as it says in the environment; `npx` under npx.
 */
export function aboutDashes(
  word: string,
  checkout: boolean = inCheckout,
  script: string = process.env.npm_lifecycle_event ?? 'npx',
): string {
  if (startsWithDash(word)) return ' What comes after two dashes is no option: leave the two dashes out.';
  const words = ['digits', '--epochs', '3'];
  if (checkout) return ` With npm run, options come after two dashes: ${invocation('train', words, true)}`;
  if (script === 'npx') return '';
  return ` With npm run, options come after two dashes: npm run ${script} -- --epochs 3`;
}

/** Names of the arguments, in their order. */
export function argumentNames(options: Options): string[] {
  return Object.keys(options).filter((name) => options[name]?.type === 'positional');
}

/** Every option as it is written: `--live`, and `--no-live` where a switch is on by default. */
export function optionWords(options: Options): string[] {
  return [
    ...Object.entries(options).flatMap(([name, { type, default: value, usual }]) => {
      if (type === 'positional') return [];
      return type === 'boolean' && (value ?? usual) === true ? [`--${name}`, `--no-${name}`] : [`--${name}`];
    }),
    '--help',
  ];
}

/** What stands for an option's value in help and messages. */
export function hintOf({ valueHint }: Option): string {
  return valueHint ?? 'value';
}

/** Says that there is no such thing, and which one may have been meant. */
export function unknown(kind: string, name: string, candidates: readonly string[]): UserError {
  return new UserError(`There is no ${kind} ${name}. ${suggestion(name, candidates)}`);
}
