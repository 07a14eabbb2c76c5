// What an attack is: bytes on a connection, and what a server may do about them.
import { connect } from 'node:net';

export interface Attack {
  /** Family and trick, to be named when something goes wrong. */
  readonly kind: string;
  /** All that is sent; may be without end, then the server has to. */
  readonly pieces: () => Iterable<Uint8Array>;
  /** Ends its side of the connection after the last piece: then no answer is an answer too. */
  readonly hangsUp?: true;
  /** Goes on sending whatever is answered: a connection that is cut may take the answer along, as TCP has it. */
  readonly deaf?: true;
}

/** The answer to an attack. */
export interface Outcome {
  /** Of every answer on the connection; empty when it was closed without one. */
  readonly statuses: readonly number[];
  /** Why it is not what a server may do; undefined when it is. */
  readonly fault: string | undefined;
}

export type Next = () => number;

/** One family of attacks: another one for every stream of random numbers. */
export type Family = (next: Next) => Attack | Promise<Attack>;

/** A request with an honest length. */
export function post(
  kind: string,
  target: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string | number>> = {},
): Attack {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = headOf('POST', target, { 'Content-Length': bytes.length, ...headers });
  return { kind, pieces: () => [head, bytes] };
}

/** A request's first lines. Every attack asks for the connection to be closed, so that the answer has an end. */
export function headOf(
  method: string,
  target: string,
  headers: Readonly<Record<string, string | number>> = {},
): Buffer {
  const all = { Host: 'localhost', Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

export function pick<T>(next: Next, choices: readonly T[]): T {
  const choice = choices[Math.floor(next() * choices.length)];
  if (choice === undefined) throw new Error('nothing to pick from');
  return choice;
}

/** A whole number from `low` to `high`. */
export function whole(next: Next, low: number, high: number): number {
  return low + Math.floor(next() * (high - low + 1));
}

export function noise(next: Next, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => next() * 256));
}

/** Milliseconds in which an attack must have its answer, whatever else the server does. */
const PATIENCE = 60_000;

/** Sends an attack and judges what comes back. */
export function send(url: string, { pieces, hangsUp, deaf }: Attack, patience = PATIENCE): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      socket.destroy();
    }, patience);
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    socket.on('error', () => {}); // a server that has answered may break off what is still being sent
    const closed = new Promise((proceed) => socket.once('close', proceed));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(judge(received, hangsUp === true || deaf === true, late));
    });
    socket.on('connect', async () => {
      for (const piece of pieces()) {
        if (socket.destroyed) return;
        if (!socket.write(piece)) {
          await Promise.race([new Promise((proceed) => socket.once('drain', proceed)), closed]);
        }
      }
      if (hangsUp === true) socket.end();
    });
  });
}

/** Refusals that a server may give when it is asked too much; every other 5xx is its own mistake. */
const BUSY = [503, 504];

function judge(received: string, mayBeSilent: boolean, late: boolean): Outcome {
  const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  const mistake = statuses.find((status) => status >= 500 && !BUSY.includes(status));
  const fault =
    mistake !== undefined
      ? `answered ${mistake}: ${received.slice(0, 2000)}`
      : late
        ? 'was left without an answer'
        : statuses.length === 0 && !mayBeSilent
          ? 'was closed without an answer'
          : undefined;
  return { statuses, fault };
}
