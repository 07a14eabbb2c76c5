// Runs a program for a step: output to a log file, and an error with its cause and the end of the log.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, relative } from 'node:path';
import { SetupError } from './errors.mjs';
import { explain } from './explain.mjs';
import { shareLock } from './files/lock.mjs';
import { endSignals } from './machine/signals.mjs';
import { root, stateFolder } from './paths.mjs';

/** As much of the output as is kept to look for the cause of a failure, in characters. */
const keptOutput = 64 * 1024;
const shownLines = 15;

/**
 * Runs a program to its end in the checkout's folder.
 * @param {string} step names the log file, `.trainyard/logs/<step>.log`; each call overwrites it
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, signal?: AbortSignal | undefined }} options `env` is added to our own;
 *   `signal` ends it
 * @throws {SetupError} when it cannot be started, fails or is ended
 * @returns {Promise<string>} the end of what it printed
 */
export async function run(step, command, args, { cwd = root, env = {}, signal } = {}) {
  signal?.throwIfAborted();
  const log = join(stateFolder, 'logs', `${step}.log`);
  mkdirSync(join(stateFolder, 'logs'), { recursive: true });
  writeFileSync(log, `$ ${[command, ...args].join(' ')}\n`);

  let output = '';
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid) shareLock(child.pid);
  // Whoever is asked to end does not leave pip or a compiler at work behind, nor those that run beside it.
  const end = () => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end);
  process.on('exit', end);
  for (const name of endSignals) process.on(name, exitBy);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-keptOutput);
      try {
        appendFileSync(log, text);
      } catch {
        // A full disk must not hide the message that says so.
      }
    });
  }
  const failure = await new Promise((resolve) => {
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`);
    });
  });
  signal?.removeEventListener('abort', end);
  process.off('exit', end);
  for (const name of endSignals) process.off(name, exitBy);
  if (failure === undefined) return output;

  const cause = explain(`${failure}\n${output}`);
  const tail = output
    .trimEnd()
    .split('\n')
    .slice(-shownLines)
    .map((line) => `    ${line}`);
  throw new SetupError(
    [
      ...(cause ? [cause] : []),
      `${cause ? '  ' : ''}${command} ${failure}; the end of ${relative(root, log)}:`,
      ...tail,
    ].join('\n'),
  );
}

/** @param {NodeJS.Signals} signal */
function exitBy(signal) {
  process.exit(128 + constants.signals[signal]);
}
