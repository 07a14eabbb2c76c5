// What an error is called: all of it in the log, and without stacks and folders of the machine in answers to anybody.
import { UserError } from '../models/errors.ts';
import { Damaged } from '../models/image/file/damaged.ts';
import { printable } from '../models/printable.ts';

/** What answers say about a bug. */
export const SERVER_ERROR = 'an error in the server; its log has the details';

/** Characters of a message at most, where it repeats what was received. */
export const MOST_MESSAGE = 2_000;

/** A frame of a stack, as V8 writes it. */
const FRAME = /\n\s+at /;

/** For the log: the message of an error about a model or a picture, the stack of a bug. */
export function explain(error: unknown): string {
  if (error instanceof UserError || error instanceof Damaged) return error.message;
  return stackOf(error);
}

/** The stack of a bug. Its message may hold what was received: it is one line, the frames are the others. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error), MOST_MESSAGE);
  const { stack = '', name, message } = error;
  const begin = stack.indexOf(message); // -1 when the message was changed later
  const rest = begin < 0 ? stack : stack.slice(begin + message.length);
  const frames = rest.search(FRAME);
  return `${name}: ${printable(message, MOST_MESSAGE)}${frames < 0 ? '' : rest.slice(frames)}`;
}

/** Begins the reason why a model cannot be opened over which a worker ended. */
export const ENDED = 'a worker ended over it: ';

/** An absolute path, also in quotes, where it may have blanks, and as an address of a file; no part of other addresses. */
const QUOTED = /(["'`])(?:file:\/\/)?\/[^"'`\n]*\/([^"'`/\n]+)\1/g;
const PATH = /(?<![\w./~-])(?:file:\/\/)?(?:\/[^\s/:'"`,;()[\]]+)+\/([^\s/:'"`,;()[\]]+)/g;

/** For answers: what `explain` says, without a bug's message and stack, and of each path its last part alone. */
export function inPublic(explained: string): string {
  if (!FRAME.test(explained)) return explained.replace(QUOTED, '$1$2$1').replace(PATH, '$1');
  return explained.startsWith(ENDED) ? ENDED + SERVER_ERROR : SERVER_ERROR;
}
