// What Ctrl-C and its like do to a training: at every stage, what is done is kept and the way on is said.
import { readFileSync } from 'node:fs';

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
  close(): void;
}

/** Catches the signals that ask a process to end. */
export function catchSignals(): Signals {
  const abort = new AbortController();
  let leave: (() => void) | undefined;
  const interrupt = () => {
    abort.abort();
    if (leave === undefined) return;
    leave();
    process.exit(INTERRUPTED);
  };
  const names: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', ...(ignoresHangUp() ? [] : ['SIGHUP' as const])];
  // A terminal that is gone takes no more lines.
  const hangUp = () => process.stdout.on('error', () => {});
  for (const name of names) process.once(name, interrupt);
  if (names.includes('SIGHUP')) process.once('SIGHUP', hangUp);
  return {
    signal: abort.signal,
    onSignal(work) {
      leave = work;
    },
    close() {
      for (const name of names) process.off(name, interrupt);
      process.off('SIGHUP', hangUp);
    },
  };
}

/** Whether this process was started to outlive its terminal, by `nohup`: a handler would undo that. Reference: proc(5), SigIgn. */
function ignoresHangUp(): boolean {
  try {
    const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
