// What surrounds the work on every request: its id, CORS, the headers of its response, its line in the log.

import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { printable } from '../../models/printable.ts';
import type { Log } from '../log.ts';
import { type FinishedRequest, type Tracing, traceIdOf } from '../tracing/traced-request.ts';
import { type AppContext, type AppEnv, clientAddress, remoteAddress, requestHeader } from './context.ts';
import type { ReadForwarded } from './forwarded.ts';
import { corsHeaders } from './headers.ts';
import { responseHeaders } from './respond.ts';

/** Which requests get a line in the log. */
export type LoggedRequests = 'all' | 'failed' | 'none';

/** Called with each response. `route` is the pattern that the path matched, so that there are only a few of them. */
export type OnResponse = (method: string, route: string, status: number, milliseconds: number) => void;

export interface MiddlewareOptions {
  readonly log: Log;
  readonly logRequests: LoggedRequests;
  /** Origins whose pages may read responses. */
  readonly cors: readonly string[];
  readonly onResponse?: OnResponse | undefined;
  /** What trusted proxies say of a request; undefined where none are trusted. */
  readonly forwarded?: ReadForwarded | undefined;
  readonly tracing?: Tracing | undefined;
}

/** What a client's request id may look like, so that it cannot forge a line of the log or a header. */
const REQUEST_ID = /^[\w.:@/+=-]{1,128}$/;

/** Makes the outermost middleware. */
export function requestMiddleware(options: MiddlewareOptions): MiddlewareHandler<AppEnv> {
  const { log, logRequests, cors, onResponse, forwarded, tracing } = options;

  return async (c, next) => {
    const start = performance.now();
    const sent = requestHeader(c, 'x-request-id');
    const requestId = sent !== undefined && REQUEST_ID.test(sent) ? sent : randomUUID();
    const preflight = isPreflight(c);
    c.set('start', start);
    c.set('requestId', requestId);
    if (forwarded !== undefined)
      c.set(
        'forwarded',
        forwarded(remoteAddress(c), (name) => requestHeader(c, name)),
      );
    if (cors.length > 0) c.set('cors', corsHeaders(cors, requestHeader(c, 'origin'), preflight));

    if (tracing !== undefined) c.set('traced', { pictures: [], errors: [] });

    if (preflight && cors.length > 0) c.res = c.body(null, 204);
    else await next();

    if (c.get('headersSet') !== true) {
      for (const [name, value] of Object.entries(responseHeaders(c))) c.res.headers.set(name, value);
    }
    const { status } = c.res;
    const milliseconds = performance.now() - start;
    onResponse?.(c.req.method, routeOf(c), status, milliseconds);
    const trace = tracing?.record(finished(c, start + milliseconds));
    if (logRequests === 'all' || (logRequests === 'failed' && status >= 400))
      logRequest(c, status, milliseconds, trace);
  };

  function logRequest(
    c: AppContext,
    status: number,
    milliseconds: number,
    trace = traceIdOf(requestHeader(c, 'traceparent')),
  ): void {
    const { method } = c.req;
    const path = printable(c.req.path);
    log(`${method} ${path} ${status} in ${milliseconds.toFixed(1)} ms`, {
      level: status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info',
      requestId: c.get('requestId'),
      traceId: trace,
      method,
      path,
      status,
      milliseconds: Math.round(milliseconds * 1000) / 1000,
      model: c.get('model'),
      key: c.get('keyOwner'),
      address: clientAddress(c),
    });
  }
}

/** What the trace of a request says of it. @param end - performance.now() */
function finished(c: AppContext, end: number): FinishedRequest {
  return {
    ...(c.get('traced') ?? { pictures: [], errors: [] }),
    id: c.get('requestId'),
    method: c.req.method,
    path: c.req.path,
    route: routeOf(c),
    status: c.res.status,
    protocol: c.get('forwarded')?.protocol ?? 'http',
    address: clientAddress(c),
    key: c.get('keyOwner'),
    start: c.get('start'),
    end,
    header: (name) => requestHeader(c, name),
  };
}

/** The pattern that the path matched; `*` when only middleware matched, as for files of the page. */
function routeOf(c: AppContext): string {
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? '*';
}

function isPreflight(c: AppContext): boolean {
  return c.req.method === 'OPTIONS' && requestHeader(c, 'access-control-request-method') !== undefined;
}
