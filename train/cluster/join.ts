// Joins the tasks of a training: waits until all are there, and gives this one the means to meet the others.
import { setTimeout as wait } from 'node:timers/promises';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { type Compiled, compile } from '../graph/compile.ts';
import type { Graph } from '../graph/graph.ts';
import { tf } from '../graph/tensorflow.ts';
import type { Progress } from '../progress.ts';
import { isPrivate, type Place } from './addresses.ts';
import {
  announceGraph,
  copyGraph,
  exchangeGraph,
  gatherGraph,
  type Meeting,
  RESULTS,
  type Shared,
} from './collectives.ts';
import { isLocal, keepLocal } from './keep-local.ts';
import { lostInWords } from './lost.ts';
import { silentOnes } from './probe.ts';
import { startServer } from './server.ts';
import { watchTasks } from './watch.ts';

/** The tasks that train together, all of which do the same in the same order. */
export interface Cluster extends Place, Meeting {
  /** Prepares an exchange of these values, and of `count` numbers of each task. */
  openExchange(values: readonly Shared[], count: number): Exchange;
  /** The first task's values of all that every task has; for the caller to dispose. */
  copyFirst(values: ReadonlyMap<string, Tensor>): Map<string, Tensor>;
  /** The text that the first task gives. */
  announce(text: string): string;
  /** The numbers of all tasks, int32, in their order. */
  gather(number: number): number[];
  /** What to throw for an error in a session: the tasks that are gone, where that is why. */
  explain(error: unknown): Promise<unknown>;
  /** Ends the watch over the other tasks, which may end from now on. */
  leave(): Promise<void>;
}

/** Gives every task the sums and means of all tasks' values, again and again. */
export interface Exchange {
  /**
   * @param values - by name, which stay the caller's
   * @returns the merged values, for the caller to dispose, and the results of all tasks in their order
   */
  run(
    values: ReadonlyMap<string, Tensor>,
    results: readonly number[],
  ): { merged: Map<string, Tensor>; results: number[] };
  dispose(): void;
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
      `Attention: ${open.join(', ')} may be reached from the Internet, and tasks talk without encryption or passwords: whoever reaches a task's port can read and change this training and its machine's files. Let a firewall or a private network keep others out.`,
    );
  const inSession = startServer(place);
  const port = Number(addresses[task]?.split(':').at(-1));
  if (addresses.every(isLocal) && !keepLocal(port))
    say(
      `Attention: all tasks are on this machine, but others may connect to its port ${port}, which could not be closed to them, without a password, and read and write its files: let a firewall keep them out.`,
    );
  await waitForOthers(place, say, signal);
  const endWatch = await watchTasks(place);
  let key = 0;
  const meeting: Meeting = { task, size: addresses.length, nextKey: () => ++key };
  /** Runs a graph in a session that reaches the other tasks, once. */
  const meet = (graph: Graph, inputs: Record<string, Tensor>): Tensor[] => {
    const compiled = compile({ meet: graph }, '', inSession);
    const outputs = compiled.run('meet', inputs);
    compiled.dispose();
    return outputs;
  };
  const meetNumbers = (graph: Graph, numbers: readonly number[]): number[] => {
    const input = tf.tensor1d([...numbers], 'int32');
    const outputs = meet(graph, { numbers: input });
    const values = outputs.flatMap((output) => [...output.dataSync()]);
    tf.dispose([input, outputs]);
    return values;
  };
  return {
    ...place,
    ...meeting,
    openExchange: (values, count) =>
      exchangeOf(
        compile({ exchange: exchangeGraph(meeting, values, count) }, '', inSession),
        values.map(({ name }) => name),
      ),
    copyFirst(values) {
      const shapes = new Map([...values].map(([name, { shape }]) => [name, shape]));
      const outputs = meet(copyGraph(meeting, shapes), Object.fromEntries(values));
      return named([...values.keys()], outputs);
    },
    announce(text) {
      const bytes = Buffer.from(task === 0 ? text : '');
      const [length = 0] = meetNumbers(announceGraph(meeting, 1), [bytes.length]);
      return Buffer.from(
        meetNumbers(announceGraph(meeting, length), task === 0 ? [...bytes] : new Array(length).fill(0)),
      ).toString();
    },
    gather: (number) => meetNumbers(gatherGraph(meeting, 1), [number]),
    async explain(error) {
      if (error instanceof UserError) return error;
      const others = addresses.filter((_, i) => i !== task);
      const lost = await silentOnes(others);
      return lost.length === 0 ? error : new UserError(lostInWords(place, lost), { cause: error });
    },
    leave: endWatch,
  };
}

function exchangeOf(compiled: Compiled<'exchange'>, names: readonly string[]): Exchange {
  return {
    run(values, own) {
      const input = tf.tensor1d([...own], 'float32');
      const outputs = compiled.run('exchange', { ...Object.fromEntries(values), [RESULTS]: input });
      const last = outputs.pop();
      const results = [...(last?.dataSync() ?? [])];
      tf.dispose([input, last ?? []]);
      return { merged: named(names, outputs), results };
    },
    dispose: compiled.dispose,
  };
}

function named(names: readonly string[], tensors: readonly Tensor[]): Map<string, Tensor> {
  return new Map(names.flatMap((name, i) => (tensors[i] ? [[name, tensors[i]]] : [])));
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
