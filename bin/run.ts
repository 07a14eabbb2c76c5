// Runs a subcommand: checks its options, and shows a user's mistakes without a stack trace.
import { type ArgsDef, type CommandDef, runCommand, showUsage } from 'citty';
import { UserError } from '../models/errors.ts';
import { nearest } from '../models/nearest.ts';

// biome-ignore lint/suspicious/noExplicitAny: citty's commands are invariant in the type of their arguments
export type AnyCommand = CommandDef<any>;

/**
 * Runs a command, or shows its options when `--help` is among the arguments.
 *
 * @param takesMany - the last word may be followed by others of its kind.
 * @throws UserError for an option or a word that the command does not know.
 */
export async function run(command: AnyCommand, args: readonly string[], takesMany = false): Promise<void> {
  if (args.includes('--help') || args.includes('-h'))
    return showUsage(command, { meta: { name: 'trainyard' } });
  checkOptions(args, (await command.args) ?? {}, takesMany);
  await runCommand(command, { rawArgs: [...args] });
}

/** Does what may be wrong by a user's mistake, of which it says what it is; then the exit status is 1. */
export async function explain(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isUserError(error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function checkOptions(args: readonly string[], definition: ArgsDef, takesMany: boolean): void {
  const names = Object.keys(definition).filter((name) => definition[name]?.type !== 'positional');
  const positionals = Object.keys(definition).length - names.length;
  let words = 0;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('-')) {
      if (++words > positionals && !takesMany)
        throw new UserError(
          `${JSON.stringify(arg)} is one word too many. With npm run, options come after two dashes: npm run train digits -- --epochs 3`,
        );
      continue;
    }
    const [option = '', value] = arg.replace(/^--?/, '').split('=', 2);
    const known = definition[option] ?? definition[option.replace(/^no-/, '')];
    if (known === undefined)
      throw new UserError(
        unknown(
          'option',
          arg,
          names.map((name) => `--${name}`),
        ),
      );
    if (known.type === 'boolean' || value !== undefined) continue;
    const next = args[++i];
    if (next === undefined || next.startsWith('--'))
      throw new UserError(`--${option} needs a value, for example --${option}=1`);
  }
}

/** Says that there is no such thing, and which one may have been meant. */
export function unknown(kind: string, name: string, candidates: readonly string[]): string {
  const guess = nearest(name, candidates);
  const hint = guess === undefined ? `There are: ${candidates.join(', ')}.` : `Did you mean ${guess}?`;
  return `There is no ${kind} ${name}. ${hint}`;
}

/** Also citty's own complaints about arguments are for the user. */
function isUserError(error: unknown): error is Error {
  return error instanceof UserError || (error instanceof Error && error.name === 'CLIError');
}
