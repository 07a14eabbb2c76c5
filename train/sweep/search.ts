// The search itself, a Python process with Optuna: started, listened to, and told to end.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { byteCode } from '../../setup/libraries/byte-code.mjs';
import { commandFile, version } from '../../setup/paths.mjs';
import type { Place } from './asked.ts';

const trialSchema = z.object({
  event: z.literal('trial'),
  /** Counted from 0. */
  trial: z.int(),
  state: z.enum(['done', 'pruned', 'diverged', 'failed']),
  /** Texts by option. */
  values: z.record(z.string(), z.string()),
  /** Mean over the seeds of the error rate at each one's best epoch; null for a trial that is not done. */
  error: z.number().nullable(),
  /** Of the first seed: epochs and error rates. */
  curve: z.array(z.tuple([z.number(), z.number()])),
  /** Wall time of all its attempts. */
  seconds: z.number(),
  /** The last words of one that diverged or failed. */
  words: z.string(),
  /** Folders, one for each seed. */
  runs: z.array(z.string()),
  attempts: z.int(),
});

const endSchema = z.object({
  event: z.literal('end'),
  /** Shares of 1 by option; null where there are too few trials to tell. */
  importance: z.record(z.string(), z.number()).nullable(),
  /** Why it ended early, where it did so by itself. */
  stopped: z.string().nullable(),
  interrupted: z.boolean(),
});

const eventSchema = z.discriminatedUnion('event', [
  trialSchema,
  endSchema,
  z.object({ event: z.literal('unreachable'), words: z.string() }),
]);

/** A trial that has ended. */
export type Trial = z.output<typeof trialSchema>;

/** How the search ended. */
export type SearchEnd = z.output<typeof endSchema>;

export interface SearchOptions {
  /** The interpreter of an environment with Optuna, and with Ray where that is the place. */
  readonly python: string;
  /** Of the sweep. */
  readonly folder: string;
  readonly trials: number;
  readonly place: Place;
  /** Has the trials that run save and end. */
  readonly signal: AbortSignal;
  onTrial(trial: Trial): void;
}

/**
 * Searches until all trials have ended; those of earlier searches in the folder are told first.
 * @throws UserError where the cluster cannot be reached
 */
export async function search(options: SearchOptions): Promise<SearchEnd> {
  const { python, folder, trials, place, signal, onTrial } = options;
  const asked = { trials, ...place, command: [process.execPath, commandFile], cwd: process.cwd(), version };
  const script = fileURLToPath(new URL('./driver/sweep.py', import.meta.url));
  // In a process group of its own: a terminal's Ctrl-C is for this process alone, which passes it on.
  const env = { ...process.env, ...byteCode };
  const child = spawn(python, [script, folder, JSON.stringify(asked)], { env, detached: true });
  const stop = () => child.stdin.end();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  child.stdin.on('error', () => {}); // it has ended
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code, name) => resolve(code ?? name));
  });
  let end: SearchEnd | undefined;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = eventSchema.parse(JSON.parse(line));
      if (event.event === 'trial') onTrial(event);
      if (event.event === 'end') end = event;
      if (event.event === 'unreachable')
        throw new UserError(
          `The Ray cluster at ${place.on} cannot be used: ${event.words} It needs the versions of Ray and Python that docs/scale.md names. The same command goes on.`,
        );
    }
    const code = await ended;
    if (typeof code === 'string')
      throw new UserError(`The search was ended by ${code}. The same command goes on where it was.`);
    if (end === undefined) throw new Error(`The search ended with ${code}:\n${said}`);
    return end;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
