// What an error is called: all of it in the log, and without stacks and folders of the machine in answers to anybody.
import { UserError } from '../models/errors.ts';
import { Damaged } from '../models/image/file/damaged.ts';

/** What answers say about a bug. */
export const SERVER_ERROR = 'an error in the server; its log has the details';

/** For the log: the message of an error about a model or a picture, the stack of a bug. */
export function explain(error: unknown): string {
  if (error instanceof UserError || error instanceof Damaged) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Begins the reason why a model cannot be opened over which a worker ended. */
export const ENDED = 'a worker ended over it: ';

/** A frame of a stack, as V8 writes it. */
const FRAME = /\n\s+at /;

/** An absolute path, also in quotes, where it may have blanks, and as an address of a file; no part of other addresses. */
const QUOTED = /(["'`])(?:file:\/\/)?\/[^"'`\n]*\/([^"'`/\n]+)\1/g;
const PATH = /(?<![\w./~-])(?:file:\/\/)?(?:\/[^\s/:'"`,;()[\]]+)+\/([^\s/:'"`,;()[\]]+)/g;

/** For answers: what `explain` says, without a bug's message and stack, and of each path its last part alone. */
export function inPublic(explained: string): string {
  if (!FRAME.test(explained)) return explained.replace(QUOTED, '$1$2$1').replace(PATH, '$1');
  return explained.startsWith(ENDED) ? ENDED + SERVER_ERROR : SERVER_ERROR;
}
