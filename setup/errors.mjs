// Set-up's own error: a message for the person at the terminal, printed without a stack trace.

/** Something that the user can fix. The message says what was found, what was expected and what to do. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
