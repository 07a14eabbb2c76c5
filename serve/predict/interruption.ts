// How commands over many files end when they are asked to: what was started is finished.
import { endSignals } from '../../setup/machine/signals.mjs';

/** Exit status of a program that was interrupted: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Milliseconds in which files that were started are finished after a signal. */
const GRACE = 5_000;

export interface Interruption {
  /** From now on there is something to finish: files that were started. */
  begin(): void;
  stopped(): boolean;
  end(): void;
}

/**
 * A signal that asks to end does so at once while the model is loaded. Later, the files that were started are finished
 * first, for as long as `GRACE` says; a second signal does not wait for them.
 */
export function watchInterruption(): Interruption {
  let [begun, stopped] = [false, false];
  const onSignal = () => {
    if (stopped || !begun) process.exit(INTERRUPTED);
    stopped = true;
    setTimeout(() => process.exit(INTERRUPTED), GRACE).unref(); // every file that was written is whole
  };
  for (const signal of endSignals) process.on(signal, onSignal);
  return {
    begin: () => {
      begun = true;
    },
    stopped: () => stopped,
    end: () => {
      for (const signal of endSignals) process.off(signal, onSignal);
    },
  };
}
