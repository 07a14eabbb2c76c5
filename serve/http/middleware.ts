// What surrounds the work on every request: its id, its key, the headers of its answer, its line in the log.
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Log } from '../log.ts';
import { type KeyRing, shownKey } from './api-keys.ts';
import { type Env, requestHeader } from './context.ts';
import { corsHeaders } from './headers.ts';
import { headersOf } from './respond.ts';

/** Which requests get a line in the log. */
export type LoggedRequests = 'all' | 'failed' | 'none';

/** Told of each request when it is answered. `route` is the pattern that its address matched, so that there are few. */
export type OnAnswered = (method: string, route: string, status: number, milliseconds: number) => void;

export interface FrameOptions {
  readonly log: Log;
  readonly logRequests: LoggedRequests;
  /** Without one, everybody may ask. */
  readonly keys?: KeyRing | undefined;
  /** Origins whose pages may read answers. */
  readonly cors: readonly string[];
  readonly onAnswered?: OnAnswered | undefined;
}

/** What an id may be, so that it cannot forge a line of a log or a header. */
const REQUEST_ID = /^[\w.:@/+=-]{1,128}$/;

/** Addresses that never need a key: probes of life, what describes the server, and the page (its data need one). */
const OPEN = /^\/(healthz|readyz|v2\/health\/(live|ready)|docs(\/style\.css)?|openapi\.json)\/?$/;
const GUARDED = /^\/(classify|models|metrics|v2)(\/|$)/;

/** Makes the outermost middleware. */
export function frame(options: FrameOptions): MiddlewareHandler<Env> {
  const { log, logRequests, keys, cors, onAnswered } = options;

  return async (c, next) => {
    const start = performance.now();
    const sent = requestHeader(c, 'x-request-id');
    const requestId = sent !== undefined && REQUEST_ID.test(sent) ? sent : randomUUID();
    const preflight = isPreflight(c);
    c.set('start', start);
    c.set('requestId', requestId);
    if (cors.length > 0) c.set('cors', corsHeaders(cors, requestHeader(c, 'origin'), preflight));

    if (preflight && cors.length > 0) c.res = c.body(null, 204);
    else if (keys !== undefined && !mayAsk(c, keys)) {
      c.res = c.json(
        { error: 'this needs a key: send it as "Authorization: Bearer <key>" or "X-API-Key: <key>"' },
        401,
        { 'WWW-Authenticate': 'Bearer' },
      );
    } else await next();

    if (c.get('complete') !== true) {
      for (const [name, value] of Object.entries(headersOf(c))) c.res.headers.set(name, value);
    }
    const { status } = c.res;
    const milliseconds = performance.now() - start;
    onAnswered?.(c.req.method, routeOf(c), status, milliseconds);
    if (logRequests === 'all' || (logRequests === 'failed' && status >= 400)) report(c, status, milliseconds);
  };

  function report(c: Context<Env>, status: number, milliseconds: number): void {
    const { method, path } = c.req;
    log(`${method} ${path} ${status} in ${milliseconds.toFixed(1)} ms`, {
      level: status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info',
      requestId: c.get('requestId'),
      method,
      path,
      status,
      milliseconds: Math.round(milliseconds * 1000) / 1000,
      model: c.get('model'),
      key: c.get('keyOwner'),
      address: c.env?.incoming?.socket.remoteAddress,
    });
  }
}

/** The pattern that the address matched; what is only looked at by middleware, such as files of the page, is `*`. */
function routeOf(c: Context<Env>): string {
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? '*';
}

function isPreflight(c: Context<Env>): boolean {
  return c.req.method === 'OPTIONS' && requestHeader(c, 'access-control-request-method') !== undefined;
}

function mayAsk(c: Context<Env>, keys: KeyRing): boolean {
  const { path } = c.req;
  if (OPEN.test(path) || !GUARDED.test(path)) return true;
  const key = shownKey(requestHeader(c, 'authorization'), requestHeader(c, 'x-api-key'));
  const owner = key === undefined ? undefined : keys(key);
  c.set('keyOwner', owner);
  return owner !== undefined;
}
