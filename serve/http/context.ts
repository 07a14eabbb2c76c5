// What the app keeps with a request.
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { basePath } from 'hono/route';
import type { Timings } from '../engine/events.ts';
import type { TracedRequest } from '../tracing/traced-request.ts';
import type { Forwarded } from './forwarded.ts';
import type { HalfClosed } from './half-closed.ts';
import type { Allowance } from './quotas.ts';

export interface AppEnv {
  /** Node's own objects, and when clients closed their side, which `app.request()` does not give. */
  Bindings: Partial<HttpBindings & { readonly halfClosed: HalfClosed }>;
  Variables: {
    /** The sender's id of the request, or one of our own. */
    requestId: string;
    /** `performance.now()` when it came. */
    start: number;
    /** What trusted proxies say of it; undefined where none are trusted. */
    forwarded: Forwarded | undefined;
    /** CORS headers of the response; undefined when no other origin may read it. */
    cors: Record<string, string> | undefined;
    /** Origins whose pages may show the response in a frame; undefined when none may. */
    framedBy: readonly string[] | undefined;
    /** Owner of the API key that it came with. */
    keyOwner: string | undefined;
    /** What its owner may use; undefined where nothing is counted. */
    allowance: Allowance | undefined;
    /** `name/version` of the model that it asks. */
    model: string | undefined;
    /** Milliseconds of the stages of its work, for `Server-Timing`. */
    stages: Timings | undefined;
    /** What is noted of it for its trace; undefined where requests are not traced. */
    traced: TracedRequest | undefined;
    /** Whether the response has all its headers already. */
    headersSet: boolean | undefined;
  };
}

export type AppContext = Context<AppEnv>;

/**
 * A header of the request. Node's own headers are used where there are any: the web's `Headers` object is made from all
 * of them when the first one is read, which costs as much as everything else that the app does for a request.
 *
 * @param name - in lower case.
 */
export function requestHeader(c: AppContext, name: string): string | undefined {
  const incoming = c.env?.incoming;
  if (incoming === undefined) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The path without the prefix under which the app is mounted; empty where the path is the prefix alone. */
export function pathInApp(c: Context): string {
  return c.req.path.slice(ownPrefix(c).length);
}

interface Addresses {
  readonly url?: string | undefined;
  readonly originalUrl?: unknown;
}

/**
 * The prefix of the app's addresses as clients know them; empty where there is none. Express and Connect take theirs off
 * `url`, and keep it in `originalUrl`; a proxy says what it has taken off.
 */
export function clientPrefix(c: AppContext): string {
  const { url = '', originalUrl }: Addresses = c.env?.incoming ?? {};
  const isBelow = typeof originalUrl === 'string' && originalUrl.endsWith(url);
  const ofFramework = isBelow ? originalUrl.slice(0, originalUrl.length - url.length) : '';
  return (c.get('forwarded')?.prefix ?? '') + ofFramework + ownPrefix(c);
}

/** `https://host:port` as the client knows it, of the server that it has asked. */
export function clientOrigin(c: AppContext): string {
  const { protocol, host } = new URL(c.req.url);
  const forwarded = c.get('forwarded');
  return `${forwarded?.protocol ?? protocol.slice(0, -1)}://${forwarded?.host ?? host}`;
}

/** The client's IP address, or that of the nearest proxy that is not trusted; undefined where there is no socket. */
export function clientAddress(c: AppContext): string | undefined {
  return c.get('forwarded')?.address ?? remoteAddress(c);
}

/** Address of the other end of the socket. */
export function remoteAddress(c: AppContext): string | undefined {
  return c.env?.incoming?.socket.remoteAddress;
}

function ownPrefix(c: Context): string {
  return basePath(c).replace(/\/$/, '');
}

/**
 * Whether the client has gone, so that nobody waits for the response: its connection is broken, or it has closed its side
 * for so long that this was no mere end of what it sends.
 */
export function isGone(c: AppContext): boolean {
  const { incoming, outgoing, halfClosed } = c.env ?? {};
  if (outgoing === undefined) return c.req.raw.signal?.aborted === true;
  return outgoing.destroyed || (incoming && halfClosed?.isLong(incoming.socket)) === true;
}
