// Takes questions and sees that each gets one answer: waits for a worker, keeps the deadline, forgets whoever has gone,
// and gives what an ended worker had to another.

import { openTidy } from '../memory/collect-garbage.ts';
import { Refusal } from '../refusal.ts';
import { createCosts } from '../sessions/cost.ts';
import type {
  Answered,
  FromWorker,
  Job,
  Material,
  Opened,
  Unanswered,
  WorkerModel,
} from '../sessions/messages.ts';
import { createQueue, gathering, LONG, type Task } from '../sessions/queue.ts';
import { pack } from '../sessions/transfer.ts';
import { type Crew, type CrewOptions, openCrew, type Seat } from '../sessions/worker-pool.ts';
import type { Limits } from '../settings/limits.ts';
import type { ModelName, Observer } from './events.ts';
import { createSlots, type Slots } from './id-pool.ts';
import type { Asked, Classified } from './index.ts';
import { createGate } from './weighted-semaphore.ts';

/** Who asks which model. */
export interface Ticket {
  readonly model: WorkerModel;
  readonly name: ModelName;
  readonly key: string;
  readonly asked: Asked;
}

export interface DeskOptions extends Pick<CrewOptions, 'entry' | 'workers' | 'worker'> {
  readonly limits: Limits;
  readonly observer: Required<Observer>;
  readonly log: (line: string) => void;
}

/** A question that waits for its answer. */
interface Question extends Task {
  readonly model: WorkerModel;
  readonly name: ModelName;
  /** Milliseconds that were spent on it before it came to a worker. */
  readonly decoded: number;
  readonly resolve: (answer: Classified) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

/** How often deadlines, and whether clients have gone, are looked at, in milliseconds. */
const SWEEP = 100;

/** Bytes of pixels after which memory is given back when there is nothing to do. */
const LARGE = 16 * 1024 * 1024;

/** Milliseconds after which a session that is not current, and that nobody asks, is let go of. */
const LINGER = 60_000;

export function createDesk(options: DeskOptions) {
  const { limits, observer, log, workers } = options;
  const queue = createQueue<Question>();
  const costs = createCosts();
  const tidy = openTidy();
  const whenRoom = createGate(limits.decodedPixels);
  /** What each worker has; its answers name the numbers. */
  const working = new Map<Seat, Slots<Question>>();
  const mostCost = limits.queue * workers;
  let current: ReadonlySet<string> = new Set();
  let decoding = 0;
  /** A large picture was decoded here. */
  let large = false;
  let scheduled = false;
  let later: NodeJS.Timeout | undefined;
  let sweeper: NodeJS.Timeout | undefined;
  let sharp: ReturnType<typeof openSharp> | undefined;

  const crew: Crew = openCrew({ ...options, hear, gone, free: schedule });

  /** What came in the same turn of the event loop goes out in one message. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      handOut();
    });
  }

  /** A Map made anew: one that is cleared again and again keeps all that was in it until the whole heap is collected. */
  function handOut(): void {
    const outboxes = new Map<Seat, Job[]>();
    const now = performance.now();
    queue.handOut(crew.seats, (seat, question) => give(seat, question, outboxes), now);
    for (const [seat, jobs] of outboxes) {
      const parcel = pack(jobs);
      seat.lots++;
      seat.given = { pictures: jobs.length, at: now };
      seat.send({ kind: 'lot', parcel }, [parcel.buffer]);
    }
    if (queue.size > 0) handOutLater(now);
  }

  /** When the first of the workers that gather has waited long enough. */
  function handOutLater(now: number): void {
    const until = Math.min(
      ...crew.seats.flatMap(({ gathers }) => gathers?.until ?? []).filter((at) => at > now),
    );
    clearTimeout(later);
    if (Number.isFinite(until)) later = setTimeout(handOut, Math.ceil(until - now));
  }

  function give(seat: Seat, question: Question, outboxes: Map<Seat, Job[]>): void {
    if (question.gone?.()) {
      unload(seat, question);
      lose(question, 'gone', new Refusal(408, 'the client has gone'));
      return;
    }
    const { key, material, alone } = question;
    if (!seat.used.has(key)) seat.send({ kind: 'open', model: question.model });
    seat.used.set(key, performance.now());
    let has = working.get(seat);
    if (has === undefined) {
      has = createSlots();
      working.set(seat, has);
    }
    const job = { id: has.put(question), key, material, alone };
    const outbox = outboxes.get(seat);
    if (outbox === undefined) outboxes.set(seat, [job]);
    else outbox.push(job);
  }

  function unload(seat: Seat, { cost, alone }: Question): void {
    seat.cost = working.get(seat)?.size === 0 ? 0 : seat.cost - cost;
    if (alone) seat.alone--;
  }

  /** Takes a question from the worker that had it. */
  function takeBack(seat: Seat, id: number): Question | undefined {
    const question = working.get(seat)?.take(id);
    if (question !== undefined) unload(seat, question);
    return question;
  }

  function hear(seat: Seat, message: FromWorker): void {
    if (message.kind === 'worked') {
      seat.lots -= message.lots;
      const { given } = seat;
      const now = performance.now();
      if (given !== undefined && seat.lots === 0)
        seat.gathers = gathering(given.pictures, now - given.at, now);
      for (const one of message.answered) answer(seat, one);
      for (const one of message.unanswered) giveUp(seat, one);
    } else if (message.reason !== undefined)
      log(`a version that was asked for cannot be used: ${message.reason}`);
    if (queue.size > 0) handOut();
  }

  function answer(seat: Seat, { key, ids, probabilities, spent, run }: Answered): void {
    const classes = probabilities.length / ids.length;
    const now = performance.now();
    costs.learnRun(key, run / ids.length);
    let name: ModelName | undefined;
    for (let i = 0; i < ids.length; i++) {
      const question = takeBack(seat, ids[i] ?? -1);
      if (question === undefined) continue;
      const decode = spent[i * 2] ?? 0;
      const prepare = spent[i * 2 + 1] ?? 0;
      name = question.name;
      if (question.material.kind === 'encoded') costs.learnFile(question.material.header, decode + prepare);
      if (question.settled) continue;
      question.settled = true;
      const whole = now - question.begun;
      const queued = Math.max(0, whole - question.decoded - decode - prepare - run);
      const timings = { decode: question.decoded + decode, prepare, queue: queued, run };
      question.resolve({ probabilities: probabilities.subarray(i * classes, (i + 1) * classes), timings });
      observer.answered(question.name, timings);
    }
    if (name !== undefined) observer.batched(name, ids.length, run);
  }

  function giveUp(seat: Seat, { id, loss, reason }: Unanswered): void {
    const question = takeBack(seat, id);
    if (question === undefined) return;
    const { material } = question;
    if (loss === 'failed') lose(question, loss, new Error(reason));
    else if (loss === 'broken') lose(question, loss, new Refusal(503, `the model cannot be used: ${reason}`));
    else {
      const format = material.kind === 'encoded' ? material.header.format : 'picture';
      lose(question, loss, new Refusal(422, `the ${format} could not be decoded: ${reason}`));
    }
  }

  function lose(question: Question, loss: Parameters<typeof observer.lost>[1], error: Error): void {
    if (question.settled) return;
    question.settled = true;
    question.reject(error);
    observer.lost(question.name, loss);
  }

  /** A worker has ended: what it had goes to others, once. */
  function gone(seat: Seat, cause: string, expected: boolean): void {
    const left = [...(working.get(seat)?.values() ?? [])].filter(({ settled }) => !settled);
    working.delete(seat);
    const again = expected ? [] : left.filter(({ retried }) => !retried);
    for (const question of left) {
      if (again.includes(question)) question.retried = true;
      else
        lose(question, 'died', new Refusal(503, 'the worker that held this picture stopped: send it again'));
    }
    queue.putBack(again);
    if (expected) return;
    log(`a worker stopped and is started again: ${cause}`);
    observer.workerStopped(cause, again.length);
    schedule();
  }

  function admit(name: ModelName, cost: number): Refusal | undefined {
    const waiting = queue.cost + decoding;
    if (waiting === 0 || waiting + cost <= mostCost) return undefined;
    observer.lost(name, 'full');
    const seconds = Math.ceil(waiting / workers / 1000);
    return new Refusal(
      503,
      `work for ${seconds} s is waiting already, as much as may: try again later`,
      seconds,
    );
  }

  /** Puts a question; the answer comes from a worker. */
  function ask(ticket: Ticket, material: Material): Promise<Classified> {
    const { key, name } = ticket;
    const cost = costOf(material) + costs.ofRun(key);
    const full = admit(name, cost);
    if (full !== undefined) return Promise.reject(full);
    return put(ticket, material, cost, performance.now(), 0);
  }

  function put(
    { key, model, name, asked }: Ticket,
    material: Material,
    cost: number,
    begun: number,
    decoded: number,
  ): Promise<Classified> {
    return new Promise((resolve, reject) => {
      queue.put({
        key,
        model,
        name,
        material,
        cost,
        begun,
        decoded,
        deadline: begun + (asked.deadline ?? limits.deadline),
        gone: asked.gone,
        alone: cost >= LONG,
        retried: false,
        settled: false,
        resolve,
        reject,
      });
      schedule();
      sweeper ??= setInterval(sweep, SWEEP).unref();
    });
  }

  function costOf(material: Material): number {
    if (material.kind === 'encoded') return costs.ofFile(material.header);
    if (material.kind === 'input') return 0;
    return costs.ofPixels(material.picture.width, material.picture.height);
  }

  /** Loaded for the first picture that needs it. */
  async function openSharp() {
    const decoder = await import('../decode/decode.ts');
    decoder.secureDecoders();
    return decoder;
  }

  /** For files that sharp has to decode, on threads of its own. */
  async function askAfterSharp(ticket: Ticket, bytes: Uint8Array): Promise<Classified> {
    const { name, asked } = ticket;
    const begun = performance.now();
    sharp ??= openSharp();
    const { readHeader } = await sharp;
    const refused = (error: unknown): never => {
      observer.lost(name, error instanceof Refusal ? 'refused' : 'failed');
      throw error;
    };
    const picture = await readHeader(bytes, limits.pixels).catch(refused);
    const header = performance.now() - begun;
    const cost = costs.ofFile({ format: 'PNG', orientation: 1, ...picture }) + costs.ofRun(ticket.key);
    const full = admit(name, cost);
    if (full !== undefined) throw full;
    decoding += cost;
    return whenRoom(picture.width * picture.height, async () => {
      if (asked.gone?.()) {
        decoding -= cost;
        observer.lost(name, 'gone');
        throw new Refusal(408, 'the client has gone');
      }
      const start = performance.now();
      const decoded = await picture
        .decode()
        .catch(refused)
        .finally(() => {
          decoding -= cost;
        });
      large ||= decoded.data.length > LARGE;
      const spent = header + performance.now() - start;
      const rest = costs.ofPixels(picture.width, picture.height) + costs.ofRun(ticket.key);
      return put(ticket, { kind: 'picture', picture: decoded }, rest, begun, spent);
    });
  }

  function sweep(): void {
    const now = performance.now();
    const late = new Refusal(504, 'the picture had no answer in the time that it had: try again later');
    for (const question of queue.drop(({ deadline, gone }) => deadline < now || gone?.() === true)) {
      if (question.deadline < now) lose(question, 'late', late);
      else lose(question, 'gone', new Refusal(408, 'the client has gone'));
    }
    let busy = queue.size;
    for (const has of working.values()) {
      busy += has.size;
      for (const question of has.values()) if (question.deadline < now) lose(question, 'late', late);
    }
    letGo(now);
    if (busy === 0) {
      clearInterval(sweeper);
      sweeper = undefined;
      if (large) tidy();
      large = false;
    }
  }

  /** Closes sessions of versions that are not current, when nobody has asked them for a while, or they were replaced. */
  function letGo(now: number, linger = LINGER): void {
    for (const seat of crew.seats) {
      for (const [key, last] of seat.used) {
        if (current.has(key) || now - last < linger || queue.waitingFor(key) > 0) continue;
        seat.used.delete(key);
        seat.send({ kind: 'close', key });
      }
    }
  }

  return {
    ask,
    askAfterSharp,
    open: (model: WorkerModel): Promise<Opened[]> => crew.open(model),
    /** Says which models are current; those that were are closed once they have answered what they were asked. */
    setModels(models: readonly WorkerModel[]): void {
      const before = current;
      current = new Set(models.map(({ key }) => key));
      crew.setModels(models);
      for (const key of before) {
        if (current.has(key)) continue;
        costs.forget(key);
        for (const seat of crew.seats) if (seat.used.has(key)) seat.used.set(key, 0);
      }
      letGo(performance.now());
    },
    begin: () => crew.fill(),
    ready: () => crew.seats.some(({ ready }) => ready),
    state: () => ({
      waiting: queue.size,
      waitingCost: queue.cost + decoding,
      mostCost,
      working: [...working.values()].reduce((sum, has) => sum + has.size, 0),
      workers: crew.seats.filter(({ ready }) => ready).length,
      mostWorkers: workers,
    }),
    async close(): Promise<void> {
      clearInterval(sweeper);
      clearTimeout(later);
      await crew.close();
    },
  };
}
