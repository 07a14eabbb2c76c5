// Clients that keep a server busy: each asks again when it has its answer, on connections that stay open.
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Milliseconds after the signal in which the server still answers whoever asks: it says 250. What comes later may find
 * that nobody listens, and less is asked for here, since a busy machine may hold a client back.
 */
const FAREWELL = 50;

export interface Clients {
  /** Answers with 200 so far. */
  answered(): number;
  /** Everything else that came of a request. */
  readonly failures: readonly string[];
  /** Milliseconds of each answer with 200, in the order in which they came. */
  readonly times: readonly number[];
  /** From now on a request that finds nobody is no failure, and ends its client. */
  farewell(): void;
  /** Stops asking; resolves when every client has its last answer. */
  stop(): Promise<void>;
  /** Resolves when every client has ended, after `farewell`. */
  readonly ended: Promise<void>;
}

/** Starts clients that post a picture, over and over. */
export function keepAsking(url: string, picture: Uint8Array, count: number): Clients {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const times: number[] = [];
  let going = true;
  let parting = Number.POSITIVE_INFINITY;

  async function client(): Promise<void> {
    while (going) {
      const asked = performance.now();
      try {
        const { status, body } = await post(url, picture, agent);
        if (status === 200) times.push(performance.now() - asked);
        else failures.push(`${status} ${body}`);
      } catch (error) {
        if (asked < parting + FAREWELL) failures.push(String(error));
        if (parting < Number.POSITIVE_INFINITY) return;
      }
    }
  }

  const ended = Promise.all(Array.from({ length: count }, client)).then(() => agent.destroy());
  return {
    answered: () => times.length,
    failures,
    times,
    farewell() {
      parting = performance.now();
    },
    async stop() {
      going = false;
      await ended;
    },
    ended,
  };
}

/** Posts a picture; `late` is called when half of it is sent, and the other half goes out after it. */
export async function post(
  url: string,
  picture: Uint8Array,
  agent?: Agent,
  late?: () => Promise<void>,
): Promise<{ status: number | undefined; body: string }> {
  const headers = { 'content-length': picture.length };
  const sent = request(url, { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) });
  const answered = once(sent, 'response');
  answered.catch(() => {});
  if (late !== undefined) {
    sent.write(picture.subarray(0, picture.length / 2));
    await late();
    sent.end(picture.subarray(picture.length / 2));
  } else sent.end(picture);
  const [response]: IncomingMessage[] = await answered;
  if (response === undefined) throw new Error('no response');
  return { status: response.statusCode, body: await text(response) };
}
