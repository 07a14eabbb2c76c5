// Pictures that wait for a worker, and the rule by which workers get them. Room is counted in milliseconds of work, so
// that a few large pictures fill the queue as many small ones do; and large ones never take the last worker.
import type { Material } from './messages.ts';

/** A picture on its way to an answer. Times are those of performance.now(). */
export interface Task {
  /** The session that it is for. */
  readonly key: string;
  readonly material: Material;
  /** Estimated milliseconds of a worker. */
  readonly cost: number;
  readonly begun: number;
  readonly deadline: number;
  readonly gone: (() => boolean) | undefined;
  /** Was with a worker that ended. */
  retried: boolean;
  /** Is worked on alone: takes long, or may be what ended a worker. */
  alone: boolean;
}

/** What the rule looks at of a worker. */
export interface Place {
  /** Cost of what it has. */
  cost: number;
  /** How many of it are worked on alone. */
  alone: number;
  /** Lots that it has not answered wholly. */
  readonly lots: number;
  /** Takes no new work. */
  readonly paused: boolean;
  /** It has just answered a lot of so many pictures, and waits for as many, until so long by performance.now(). */
  readonly gathers?: { readonly pictures: number; readonly until: number } | undefined;
}

/** Milliseconds of work from which a picture is worked on alone. */
export const LONG = 100;

/**
 * Lots that a worker has at most. The rest waits here, where it can go to whichever worker is free first, or be dropped;
 * it is the next lot, which so grows with the load.
 */
const LOTS = 2;

/**
 * Milliseconds of work up to which a worker gets a second lot, which it finds when it has done the first: so it waits
 * neither for the main thread nor for clients who send their next picture when they have an answer. Of more work than
 * that, the second lot would be the few pictures that came first; waiting for the others takes less time than a
 * convolutional network saves with them (VGG, CPU of a picture: 8.6 ms alone, 7.3 of two, 6.3 of four, 5.8 of eight).
 */
const AHEAD = 10;

/**
 * Milliseconds of work in a lot at most, but for one picture that takes longer. Large enough for batches at which a
 * convolutional network is quick (12 pictures of 8 ms).
 */
const LOT = 100;

/**
 * Share of the time that a worker took for a lot, for which it then waits for as many pictures: who has an answer sends
 * the next picture a moment later. Without that it would take the first of them alone, and the others would wait for it.
 */
const GATHER = 1 / 8;

/** What a worker waits for after a lot of `pictures` that it had for so many milliseconds; after light work for nothing. */
export function gathering(pictures: number, milliseconds: number, now: number): Place['gathers'] {
  if (milliseconds <= AHEAD) return undefined;
  return { pictures, until: now + Math.min(milliseconds, LOT) * GATHER };
}

export interface Queue<T extends Task> {
  readonly size: number;
  readonly cost: number;
  /** Pictures that wait for a session. */
  waitingFor(key: string): number;
  put(task: T): void;
  /** Puts those of a worker that ended first in line, each to be worked on alone: one of them may have ended it. */
  putBack(tasks: readonly T[]): void;
  /**
   * Hands out what may go now: to each worker one lot at most.
   *
   * @param places - the workers there are.
   * @param give - puts a task into the worker's lot; the queue counts its cost there.
   * @param now - performance.now()
   */
  handOut<P extends Place>(places: readonly P[], give: (place: P, task: T) => void, now: number): void;
  /** Takes out those for which `over` holds. */
  drop(over: (task: T) => boolean): T[];
}

export function createQueue<T extends Task>(): Queue<T> {
  let quick: T[] = [];
  let alone: T[] = [];
  let cost = 0;

  /** Starts from zero whenever nothing waits, so that rounding does not add up. */
  function subtract(amount: number): void {
    cost = quick.length + alone.length === 0 ? 0 : cost - amount;
  }

  function take(lane: T[]): T | undefined {
    const task = lane.shift();
    if (task !== undefined) subtract(task.cost);
    return task;
  }

  return {
    get size() {
      return quick.length + alone.length;
    },
    get cost() {
      return cost;
    },
    waitingFor: (key) => [...quick, ...alone].filter((task) => task.key === key).length,
    put(task) {
      cost += task.cost;
      (task.alone ? alone : quick).push(task);
    },
    putBack(tasks) {
      for (const task of tasks) {
        task.alone = true;
        cost += task.cost;
      }
      alone.unshift(...tasks);
    },
    handOut(places, give, now) {
      const free = places.filter(({ paused }) => !paused);
      for (let next = alone[0]; next !== undefined; next = alone[0]) {
        const most = Math.max(1, free.length - 1);
        const taken = free.filter((place) => place.alone > 0).length;
        const place = cheapest(free.filter((place) => place.alone === 0));
        if (place === undefined || taken >= most) break;
        place.alone++;
        place.cost += next.cost;
        take(alone);
        give(place, next);
      }
      const gathers = ({ gathers }: Place) =>
        gathers !== undefined && now < gathers.until && quick.length < gathers.pictures;
      const open = free.filter((place) =>
        place.lots === 0 ? !gathers(place) : place.lots < LOTS && place.cost <= AHEAD,
      );
      // A worker that leaves none for the others would have all of them come back to it, and the others one by one.
      const share = free.reduce((sum, place) => sum + place.cost, cost) / free.length;
      const enough = Math.max(AHEAD, share);
      const filling = new Map(open.map((place) => [place, 0]));
      for (let next = quick[0]; next !== undefined; next = quick[0]) {
        const place = cheapest([...filling.keys()]);
        if (place === undefined) break;
        const lot = filling.get(place) ?? 0;
        const least = lot === 0 && place.cost <= LOT;
        if (!least && (lot >= enough || lot + next.cost > LOT || place.cost + next.cost > LOT * LOTS)) {
          filling.delete(place);
          continue;
        }
        filling.set(place, lot + next.cost);
        place.cost += next.cost;
        take(quick);
        give(place, next);
      }
    },
    drop(over) {
      const dropped = [...alone, ...quick].filter(over);
      if (dropped.length === 0) return dropped;
      const gone = new Set(dropped);
      alone = alone.filter((task) => !gone.has(task));
      quick = quick.filter((task) => !gone.has(task));
      for (const task of dropped) subtract(task.cost);
      return dropped;
    },
  };
}

function cheapest<P extends Place>(places: readonly P[]): P | undefined {
  let best: P | undefined;
  for (const place of places) if (best === undefined || place.cost < best.cost) best = place;
  return best;
}
