// The text of --help: of all commands in groups, or of one command with its options. At most 80 columns wide.
import { homedir } from 'node:os';
import { isAbsolute, relative, sep } from 'node:path';
import { command as invocation } from '../setup/invocation.mjs';
import { argumentNames, hintOf, type Options } from './check-words.ts';
import { type Command, groups, type Option } from './command.ts';

const WIDTH = 80;

/** Columns of names at most; what is said of a longer one begins on the next line. */
const NAMES = 26;

/** A name, and what is said of it. */
type Row = readonly [name: string, text: string];

/** What the command line takes instead of a command. */
const GENERAL: readonly Row[] = [
  ['-h, --help', 'Show this, or the options of a command'],
  ['-v, --version', 'Show the version'],
];

/** The commands, in groups. */
export function overview(commands: readonly Command[], colored = isColored()): string {
  const rows = commands.map(({ name, description }): Row => [name, description]);
  const width = widthOf([...rows, ...GENERAL]);
  return [
    'Train image classifiers, export each as one ONNX file, and serve them.',
    '',
    `${heading('Usage', colored)} trainyard <command> [options]`,
    ...groups.flatMap((group) => {
      const own = rows.filter((_, i) => commands[i]?.group === group);
      return own.length === 0 ? [] : ['', heading(group, colored), ...table(own, width)];
    }),
    '',
    heading('Options', colored),
    ...table(GENERAL, width),
    '',
    heading('Examples', colored),
    `  ${invocation('train', ['digits'])}`,
    `  ${invocation('train', ['--help'])}`,
  ].join('\n');
}

/** What a command takes: its usage, arguments, options under their headings, and examples. */
export function commandHelp(command: Command, options: Options, colored = isColored()): string {
  const names = argumentNames(options);
  const sections = sectionsOf(options);
  const rows = names.map((name): Row => [argument(name, options, command), saidOf(options[name] ?? {})]);
  const width = widthOf([...rows, ...[...sections.values()].flat()]);
  const usage = ['trainyard', command.name, ...rows.map(([name]) => name), '[options]'].join(' ');
  return [
    ...wrap(command.description, WIDTH),
    '',
    `${heading('Usage', colored)} ${usage}`,
    ...(rows.length === 0 ? [] : ['', heading('Arguments', colored), ...table(rows, width)]),
    ...[...sections].flatMap(([title, own]) => ['', heading(title, colored), ...table(own, width)]),
    '',
    heading('Examples', colored),
    ...command.examples.flatMap(({ words, does }) => [
      ...(does === undefined ? [] : [`  # ${does}`]),
      `  ${invocation(command.name, words)}`,
    ]),
  ].join('\n');
}

/** Options by heading: those without one come first. */
function sectionsOf(options: Options): Map<string, Row[]> {
  const sections = new Map<string, Row[]>([['Options', []]]);
  for (const [name, option] of Object.entries(options)) {
    if (option.type === 'positional') continue;
    const title = option.group ?? 'Options';
    sections.set(title, [...(sections.get(title) ?? []), ...optionRows(name, option)]);
  }
  const general = sections.get('Options') ?? [];
  sections.delete('Options');
  const all: Row[] = [...general, ['-h, --help', 'Show this']];
  return general.length > 0 ? new Map([['Options', all], ...sections]) : sections.set('Options', all);
}

function optionRows(name: string, option: Option): Row[] {
  const { type, description = '' } = option;
  if (type !== 'boolean') return [[`--${name} <${hintOf(option)}>`, saidOf(option)]];
  if ((option.default ?? option.usual) !== true) return [[`--${name}`, description]];
  return [
    [`--${name}`, `${description} (default)`],
    [`--no-${name}`, option.negativeDescription ?? `Turn --${name} off`],
  ];
}

function argument(name: string, options: Options, { takesMany }: Command): string {
  const many = takesMany && argumentNames(options).at(-1) === name ? '...' : '';
  return options[name]?.required === false ? `[${name}]${many}` : `<${name}>${many}`;
}

function saidOf({ description = '', default: value, usual }: Option): string {
  const shown = value ?? usual;
  return shown === undefined ? description : `${description} (default: ${shortPath(String(shown))})`;
}

/** A path in the folder that the user is in, or in their home, without what leads there. */
function shortPath(text: string): string {
  if (!isAbsolute(text)) return text;
  const here = relative(process.cwd(), text);
  if (!here.startsWith('..') && !isAbsolute(here)) return here === '' ? '.' : here;
  return text.startsWith(homedir() + sep) ? `~${text.slice(homedir().length)}` : text;
}

/** Columns of the names of a table. */
function widthOf(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(([name]) => name.length).filter((length) => length <= NAMES));
}

/** Names at the left, what is said of them at the right, wrapped. */
function table(rows: readonly Row[], width: number): string[] {
  const indent = ' '.repeat(width + 4);
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, WIDTH - indent.length);
    if (name.length > width) return [`  ${name}`, ...lines.map((line) => indent + line)];
    const [first = '', ...others] = lines;
    return [`  ${name.padEnd(width)}  ${first}`.trimEnd(), ...others.map((line) => indent + line)];
  });
}

/** Lines of at most `width` columns; a word that is longer has a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function heading(title: string, colored: boolean): string {
  return colored ? `\u001B[1m${title}:\u001B[22m` : `${title}:`;
}

/** Whether standard output is a terminal that shows colors; NO_COLOR and TERM=dumb say that it does not. */
function isColored(): boolean {
  return process.stdout.isTTY && process.stdout.hasColors() && !process.env.NO_COLOR;
}
