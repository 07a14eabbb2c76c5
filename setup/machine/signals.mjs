// Signals that ask a program to end.
import { constants } from 'node:os';

/** SIGHUP says that the terminal is gone. Node takes it under `nohup` too, where other programs go on. */
export const endSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Ends this process at such a signal when nothing else listens to it. Any process does so by itself but process 1, a
 * container's first: Linux keeps from it what it does not listen to, and it would run on until it is killed.
 */
export function endAsFirstProcess() {
  if (process.pid !== 1) return;
  for (const signal of endSignals) process.on(signal, endFirstProcess);
}

/** @param {NodeJS.Signals} signal */
function endFirstProcess(signal) {
  // By name: set-up and the command that follows it in this process may each have a copy of this module.
  const others = process.listeners(signal).filter(({ name }) => name !== endFirstProcess.name);
  if (others.length === 0) process.exit(128 + constants.signals[signal]);
}
