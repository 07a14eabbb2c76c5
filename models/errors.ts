// The one error type that means "the user can fix this": only its message is shown, without a stack trace.

/**
 * A mistake of the user's, or of a file that the user gave: the message says what was received, what was
 * expected and what to do next. Everything else that is thrown is a bug and keeps its stack trace.
 */
export class UserError extends Error {
  override name = 'UserError';
  /** Of the command that ends with it. */
  readonly exitStatus: number = 1;
}

/** What a thrown value says: the message of an error, the text of anything else. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    // Such as Object.create(null), which anybody may throw.
    return 'a value that no text can be made of';
  }
}
