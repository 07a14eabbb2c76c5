// The race: finds each family's best settings, checks answers, and lets the best take turns under load.
import { availableParallelism } from 'node:os';
import { ownCpu } from '../support/process-tree.ts';
import { mark } from '../support/quiet.ts';
import { type Server, startServer } from '../support/server.ts';
import { type Load, load } from '../support/wrk.ts';
import { ask, difference, variety } from './answers.ts';
import { type Contender, OURS } from './contenders.ts';
import type { Limit } from './limits.ts';
import { formOf, type Workload } from './loads.ts';

/** The trial that chooses each family's settings by the best of its turns, so that no setting is ruled out by one bad moment. */
const TRIAL = { connections: 32, warmUp: 1, turns: 3, seconds: 2 };

/** Seconds of load before the first turn of a server, and before each of its turns. */
const WARM_UP = 2;
const SETTLE = 1;

/** Largest difference of a probability at which two servers agree. */
export const TOLERANCE = 1e-5;

export interface Turn extends Load {
  /** Bytes of the whole process tree at the turn's end. */
  readonly memory: number;
  /** CPU milliseconds of the process tree for each request. */
  readonly cpu: number;
  /** Share of the machine that went neither to the server nor to the load. */
  readonly disturbance: number;
}

export interface Result extends Contender {
  /** Turns by connections, one per round. */
  readonly turns: ReadonlyMap<number, readonly Turn[]>;
  /** Milliseconds, of several starts. */
  readonly coldStarts: readonly number[];
  /** Largest difference of a probability from ours. */
  readonly difference: number;
}

export interface Race {
  readonly results: readonly Result[];
  /** Pictures per second without HTTP, by connections, one per round: no connections, but the same minutes. */
  readonly limit: ReadonlyMap<number, readonly number[]>;
}

export interface RaceOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: readonly number[];
  /** Cold starts of which the median is taken. */
  readonly starts: number;
}

/** Tries at starting: BentoML draws free ports for itself, which others may draw as well. */
const TRIES = 3;

async function start(contender: Contender, workload: Workload, tries = TRIES): Promise<Server> {
  const [picture = new Uint8Array()] = workload.pictures;
  const ask = (url: string) =>
    fetch(url, { method: 'POST', body: formOf(picture), signal: AbortSignal.timeout(5000) });
  try {
    return await startServer(contender.program, ask);
  } catch (error) {
    if (tries <= 1) throw error;
    return start(contender, workload, tries - 1);
  }
}

/** Each family's contender that answers most at 32 connections. */
export async function bestSettings(
  contenders: readonly Contender[],
  workload: Workload,
): Promise<Contender[]> {
  const best = new Map<string, { contender: Contender; perSecond: number }>();
  for (const contender of contenders) {
    const { family, settings } = contender;
    const server = await start(contender, workload);
    try {
      await load(server.url, workload.forms, TRIAL.connections, TRIAL.warmUp);
      let perSecond = 0;
      for (let turn = 0; turn < TRIAL.turns; turn++) {
        const taken = await load(server.url, workload.forms, TRIAL.connections, TRIAL.seconds);
        perSecond = Math.max(perSecond, taken.perSecond);
      }
      console.error(`${family}, ${settings}: ${perSecond.toFixed(0)} requests/s`);
      if (perSecond > (best.get(family)?.perSecond ?? 0)) best.set(family, { contender, perSecond });
    } finally {
      await server.end();
    }
  }
  return [...best.values()].map(({ contender }) => contender);
}

/**
 * Lets contenders take turns: in every round, at every number of connections, each once, each round beginning with
 * another one. The others are stopped while they wait: LitServe with batches takes at least a sixth of a core without requests.
 *
 * @param exact - whether the answers must be ours.
 * @throws Error when the answers of a contender differ from ours.
 */
export async function race(
  contenders: readonly Contender[],
  limit: Limit,
  workload: Workload,
  exact: boolean,
  { rounds, seconds, connections, starts }: RaceOptions,
): Promise<Race> {
  const racers: (Result & { server: Server; turns: Map<number, Turn[]> })[] = [];
  try {
    const { pictures } = workload;
    for (const contender of contenders) {
      console.error(`starting ${contender.family}, ${contender.settings}`);
      const coldStarts = await startSeveral(contender, workload, starts);
      const server = await start(contender, workload);
      racers.push({ ...contender, server, coldStarts, turns: new Map(), difference: 0 });
      server.pause();
    }
    const ours = racers.find(({ family }) => family === OURS);
    if (ours === undefined) throw new Error('Trainyard is not among the contenders');
    ours.server.resume();
    const expected = await ask(ours.server.url, pictures);
    ours.server.pause();
    if (variety(expected) < 100 * TOLERANCE)
      throw new Error('all pictures have the same answer: it proves nothing');
    for (const [i, racer] of racers.entries()) {
      racer.server.resume();
      const off = difference(expected, await ask(racer.server.url, pictures));
      if (exact && !(off <= TOLERANCE)) throw new Error(`${racer.family} differs by ${off} from our answers`);
      racers[i] = { ...racer, difference: off };
      await load(racer.server.url, workload.forms, TRIAL.connections, WARM_UP);
      racer.server.pause();
    }
    const limits = new Map<number, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const count of connections) {
        console.error(`round ${round + 1} of ${rounds}, ${count} connections`);
        for (let k = 0; k < racers.length; k++) {
          const racer = racers[(k + round) % racers.length];
          if (racer === undefined) continue;
          racer.server.resume();
          await load(racer.server.url, workload.forms, count, SETTLE);
          append(racer.turns, count, await turn(racer.server, workload, count, seconds));
          racer.server.pause();
        }
        append(limits, count, await limit.turn(seconds));
      }
    }
    return { results: racers, limit: limits };
  } finally {
    for (const { server } of racers) await server.end();
  }
}

async function startSeveral(contender: Contender, workload: Workload, starts: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < starts; i++) {
    const server = await start(contender, workload);
    times.push(server.coldStart);
    await server.end();
  }
  return times;
}

async function turn(
  server: Server,
  { forms }: Workload,
  connections: number,
  seconds: number,
): Promise<Turn> {
  // The load is a child of this process, whose time is ours when it has ended.
  const look = () => ({ ...mark(process.pid), server: server.cpu(), ours: ownCpu() });
  const before = look();
  const result = await load(server.url, forms, connections, seconds);
  const after = look();
  const spent = after.server - before.server;
  const others = after.busy - before.busy - spent - (after.ours - before.ours);
  return {
    ...result,
    memory: server.memory(),
    cpu: (1000 * spent) / (result.perSecond * seconds),
    disturbance: Math.max(0, others) / (((after.at - before.at) / 1000) * availableParallelism()),
  };
}

function append<T>(lists: Map<number, T[]>, key: number, value: T): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
