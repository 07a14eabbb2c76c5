// Answers one call: asks for the key, receives the message, and ends with a status, within the time that the call has.
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import { printable } from '../../models/printable.ts';
import { stackOf } from '../explain.ts';
import { type KeyRing, shownKey } from '../http/api-keys.ts';
import type { Metrics } from '../http/metrics.ts';
import type { LoggedRequests } from '../http/middleware.ts';
import type { Allowance, Quotas } from '../http/quotas.ts';
import type { Log } from '../log.ts';
import type { OpenRequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import { keyError, ownerOf } from '../routes/key-guard.ts';
import { connectionLimits } from '../settings/limits.ts';
import { framed, readMessageOf, timeoutOf } from './frame.ts';
import type { Method } from './methods.ts';
import { CallError, type Code, statusOf, trailersOf } from './status.ts';

const TYPE = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': 'identity,deflate,gzip',
};

export interface CallOptions {
  readonly methods: ReadonlyMap<string, Method>;
  readonly openMemory: OpenRequestMemory;
  readonly keys: KeyRing | undefined;
  readonly modelKeys: KeyRing | undefined;
  /** What the owners of `keys` may use. */
  readonly quotas?: Quotas | undefined;
  readonly log: Log;
  readonly logRequests: LoggedRequests;
  readonly metrics: Metrics | undefined;
  /** Limits of a connection. */
  readonly connection?: typeof connectionLimits | undefined;
}

/** Answers the call on a stream; never throws for what the client did. */
export async function answerCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: CallOptions,
): Promise<void> {
  const { methods, openMemory, connection = connectionLimits } = options;
  if (!/^application\/grpc(\+proto)?(;|$)/.test(headers['content-type'] ?? '')) {
    stream.respond({ ':status': 415 }, { endStream: true });
    stream.close(constants.NGHTTP2_NO_ERROR);
    return;
  }
  const start = performance.now();
  const path = String(headers[':path'] ?? '');
  const method = methods.get(path);
  const said = { owner: undefined as string | undefined, model: undefined as string | undefined };
  const memory = openMemory();
  const end = endOnce(stream, connection.requestTimeout, (code, error) =>
    note(options, { path, known: method !== undefined, code, error, start, ...said }),
  );
  const timers: NodeJS.Timeout[] = [];
  const endAfter = (milliseconds: number, message: string) => {
    const late = () => end(new CallError('DEADLINE_EXCEEDED', message));
    timers.push(setTimeout(late, Math.min(milliseconds, MOST_TIMER)).unref());
  };
  try {
    if (method === undefined) throw new CallError('UNIMPLEMENTED', `there is no method ${printable(path)}`);
    const { owner, allowance } = checkKey(method, headers, options);
    said.owner = owner;
    allowance?.takeRequest();
    if (method.pictures) allowance?.expectPictures();
    const deadline = timeoutOf(header(headers, 'grpc-timeout'));
    if (deadline !== undefined) endAfter(deadline, 'the deadline of the call has passed');
    const { requestTimeout } = connection;
    endAfter(requestTimeout, `the request did not arrive within ${requestTimeout / 1000} s`);
    const encoding = header(headers, 'grpc-encoding');
    const message = await readMessageOf({ stream, encoding, most: method.most, memory });
    clearTimeout(timers.pop());
    const response = await method.answer(message, {
      gone: () => end.done() || stream.destroyed,
      deadline: deadline === undefined ? undefined : start + deadline - performance.now(),
      owner,
      allowance,
      asks: (model) => {
        said.model = model;
      },
    });
    end(response);
  } catch (error) {
    end(error);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    memory.release();
  }
}

/** A day: Node's timers take no more than 2^31 milliseconds. */
const MOST_TIMER = 86_400_000;

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** @returns the owner of the key, and its quota. @throws Refusal 401 where a key is needed and is not there or not known. */
function checkKey(
  { access }: Method,
  headers: IncomingHttpHeaders,
  { keys, modelKeys, quotas }: Pick<CallOptions, 'keys' | 'modelKeys' | 'quotas'>,
): { owner?: string; allowance?: Allowance | undefined } {
  const ring = access === 'models' ? (modelKeys ?? keys) : keys;
  if (ring === undefined || access === 'open') return {};
  const key = shownKey(headers.authorization, header(headers, 'x-api-key'));
  const owner = key === undefined ? undefined : ownerOf(ring(key));
  if (owner === undefined) throw new Refusal(401, keyError(key));
  return { owner, allowance: ring === keys ? quotas?.(owner) : undefined };
}

interface End {
  /** With the bytes of the response, or with an error. The first call decides. */
  (result: unknown): void;
  done(): boolean;
}

/**
 * Returns a function that ends a call, once, and tells `ended` how.
 *
 * @param patience - milliseconds that a client gets to read the response, which is in memory until then.
 */
function endOnce(
  stream: ServerHttp2Stream,
  patience: number,
  ended: (code: Code, error: unknown) => void,
): End {
  let done = false;
  stream.once('close', () => {
    if (!done) ended('CANCELLED', undefined);
    done = true;
  });
  const end = (result: unknown) => {
    if (done) return;
    done = true;
    if (result instanceof Uint8Array) {
      ended('OK', undefined);
      if (stream.destroyed) return;
      stream.respond(TYPE, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(framed(result));
      const unread = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), patience).unref();
      stream.once('close', () => clearTimeout(unread));
      return;
    }
    const status = statusOf(result);
    ended(status.code, result);
    if (stream.destroyed) return;
    stream.respond({ ...TYPE, ...trailersOf(status) }, { endStream: true });
    stream.resume(); // what still comes is not kept
    // Without an error: the client is to read the status, and to send no more (RFC 9113, section 8.1).
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  };
  return Object.assign(end, { done: () => done });
}

interface Ended {
  readonly path: string;
  /** Whether there is such a method: names of others are not counted one by one. */
  readonly known: boolean;
  readonly code: Code;
  readonly error: unknown;
  readonly start: number;
  readonly owner: string | undefined;
  readonly model: string | undefined;
}

/** Counts a call that has ended, and writes its line where the log is to have one. */
function note(
  { metrics, log, logRequests }: CallOptions,
  { path, known, code, error, start, owner, model }: Ended,
): void {
  const milliseconds = performance.now() - start;
  metrics?.onCall(known ? path.slice(1) : '*', code, milliseconds);
  if (code === 'INTERNAL') log(`gRPC ${printable(path)}: ${stackOf(error)}`, { level: 'error' });
  if (logRequests === 'none' || (logRequests === 'failed' && code === 'OK')) return;
  log(`gRPC ${printable(path)} ${code} in ${milliseconds.toFixed(1)} ms`, {
    level: code === 'OK' ? 'info' : code === 'INTERNAL' ? 'error' : 'warn',
    method: 'gRPC',
    path: printable(path),
    code,
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    model,
    key: owner,
  });
}
