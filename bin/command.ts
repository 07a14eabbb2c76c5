// What the command line knows of a command before it loads it.
import type { ArgDef, CommandDef } from 'citty';

// biome-ignore lint/suspicious/noExplicitAny: citty's commands are invariant in the type of their arguments
export type AnyCommand = CommandDef<any>;

/** An argument or an option, with the heading of the help under which it stands. */
export type Option = ArgDef & {
  readonly group?: string;
  /** The default where the command finds it itself, for the help alone. */
  readonly usual?: unknown;
};

/** The headings of the list of commands, in its order. */
export const groups = ['Start', 'Train', 'Look at runs', 'Export', 'Serve', 'This machine'] as const;

export interface Example {
  /** What follows the name of the command. */
  readonly words: readonly string[];
  /** What it does, where the words do not say so. */
  readonly does?: string;
}

export interface Command {
  readonly name: string;
  readonly group: (typeof groups)[number];
  /** One line, for the list of commands. */
  readonly description: string;
  /** The first one works as it stands. */
  readonly examples: readonly [Example, ...Example[]];
  /** The last argument may be followed by others of its kind. */
  readonly takesMany?: true;
  /** Words that its first argument may be, for completion. */
  readonly subjects?: () => Promise<readonly string[]>;
  /** It prints text of our own alone, with codes for the terminal. */
  readonly isStyled?: true;
  /** Reads or writes the runs or the models in the user's folder. */
  readonly usesWork?: true;
  /** Works on the sources of Trainyard: the published package does not have it. */
  readonly ofCheckout?: true;
  /** Its options, and what runs it. Loads no TensorFlow, so that the words are checked before. */
  readonly load: () => Promise<AnyCommand>;
}
