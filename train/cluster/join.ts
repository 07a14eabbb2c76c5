// Joins the tasks of a training: waits until all are there, and gives this one the means to meet the others.
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../models/errors.ts';
import { compile } from '../graph/compile.ts';
import { tf } from '../graph/tensorflow.ts';
import type { Progress } from '../progress.ts';
import { isPrivate, type Place } from './addresses.ts';
import { announceGraph, gatherGraph, type Meeting } from './collectives.ts';
import { lostInWords } from './lost.ts';
import { silentOnes } from './probe.ts';
import { startServer } from './server.ts';
import { watchTasks } from './watch.ts';

/** The tasks that train together, all of which do the same in the same order. */
export interface Cluster extends Place, Meeting {
  /** Calls `open`, whose TensorFlow session reaches the other tasks. */
  inSession<T>(open: () => T): T;
  /** The text that the first task gives. */
  announce(text: string): string;
  /** The numbers of all tasks, int32, in their order. */
  gather(number: number): number[];
  /** What to throw for an error in a session: the tasks that are gone, where that is why. */
  explain(error: unknown): Promise<unknown>;
  /** Ends the watch over the other tasks, which may end from now on. */
  leave(): Promise<void>;
}

/** Milliseconds that tasks wait for each other to start. */
const PATIENCE = 15 * 60_000;

/** Milliseconds between two messages about whom it waits for. */
const MESSAGE_EVERY = 15_000;

/**
 * Starts this task's server and waits for the others'.
 * @throws UserError where the address is not this machine's, or others do not come; the signal's reason
 */
export async function joinCluster(place: Place, { say = () => {}, signal }: Progress = {}): Promise<Cluster> {
  const { addresses, task } = place;
  const open = addresses.filter((address) => !isPrivate(address));
  if (open.length > 0)
    say(
      `Attention: ${open.join(', ')} may be reached from the Internet, and tasks talk without encryption or passwords: whoever reaches a task's port can read and change this training. Let a firewall or a private network keep others out.`,
    );
  const inSession = startServer(place);
  await waitForOthers(place, say, signal);
  const endWatch = await watchTasks(place);
  let key = 0;
  const meeting: Meeting = { task, size: addresses.length, nextKey: () => ++key };
  const meet = (graph: ReturnType<typeof gatherGraph>, numbers: readonly number[]): Int32Array => {
    const compiled = compile({ meet: graph }, '', inSession);
    const input = tf.tensor1d([...numbers], 'int32');
    const [output] = compiled.run('meet', { numbers: input });
    const values = Int32Array.from(output?.dataSync() ?? []);
    tf.dispose([input, output ?? []]);
    compiled.dispose();
    return values;
  };
  return {
    ...place,
    ...meeting,
    inSession,
    announce(text) {
      const bytes = Buffer.from(task === 0 ? text : '');
      const [length = 0] = meet(announceGraph(meeting, 1), [bytes.length]);
      return Buffer.from(
        meet(announceGraph(meeting, length), task === 0 ? [...bytes] : new Array(length).fill(0)),
      ).toString();
    },
    gather: (number) => [...meet(gatherGraph(meeting, 1), [number])],
    async explain(error) {
      if (error instanceof UserError) return error;
      const others = addresses.filter((_, i) => i !== task);
      const lost = await silentOnes(others);
      return lost.length === 0 ? error : new UserError(lostInWords(place, lost), { cause: error });
    },
    leave: endWatch,
  };
}

async function waitForOthers(place: Place, say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const { addresses, task } = place;
  const others = addresses.filter((_, i) => i !== task);
  const began = performance.now();
  let said = began - MESSAGE_EVERY;
  for (;;) {
    const silent = await silentOnes(others);
    signal?.throwIfAborted();
    if (silent.length === 0) return;
    const names = silent.map((address) => `task ${addresses.indexOf(address)} (${address})`).join(', ');
    if (performance.now() - began > PATIENCE)
      throw new UserError(
        `Task ${task} has waited ${PATIENCE / 60_000} minutes for ${names}: is it started, and may this machine reach its port?`,
      );
    if (performance.now() - said > MESSAGE_EVERY) {
      said = performance.now();
      say(`Task ${task} of ${addresses.length} waits for ${names}.`);
    }
    await wait(300, undefined, { ...(signal && { signal }) });
  }
}
