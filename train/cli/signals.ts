// What Ctrl-C and its like do to a training: at every stage, what is done is kept and the way on is said.

/** Exit status of a program that was interrupted: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Signals {
  /** Aborted by the first signal; the second one ends the process at once. */
  readonly signal: AbortSignal;
  /**
   * Sets what a signal does in a stage that looks at no `AbortSignal`: the process ends, after `leave`.
   * Undefined in a stage that does.
   */
  onSignal(leave: (() => void) | undefined): void;
  /** What this process then lets go of. */
  hold(release: () => void): void;
  close(): void;
}

/** Catches the signals that ask a process to end. */
export function catchSignals(): Signals {
  const abort = new AbortController();
  let leave: (() => void) | undefined;
  let release = () => {};
  const interrupt = () => {
    abort.abort();
    if (leave === undefined) return;
    release();
    leave();
    process.exit(INTERRUPTED);
  };
  const names: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // A terminal that is gone takes no more lines.
  const hangUp = () => process.stdout.on('error', () => {});
  for (const name of names) process.once(name, interrupt);
  process.once('SIGHUP', hangUp);
  return {
    signal: abort.signal,
    onSignal(work) {
      leave = work;
    },
    hold(work) {
      release = work;
    },
    close() {
      for (const name of names) process.off(name, interrupt);
      process.off('SIGHUP', hangUp);
    },
  };
}
