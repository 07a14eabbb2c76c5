// What goes along with a request through the app.
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Timings } from '../engine/events.ts';

export interface Env {
  /** Node's own objects, which `app.request()` does not give. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** Of the request: accepted from its sender, or made. */
    requestId: string;
    /** `performance.now()` when it came. */
    start: number;
    /** Headers of its answer for a page of another origin; undefined when there are no such pages. */
    cors: Record<string, string> | undefined;
    /** Owner of the key that it showed. */
    keyOwner: string | undefined;
    /** `name/version` of the model that it asks. */
    model: string | undefined;
    /** Milliseconds of the stages of its work, for `Server-Timing`. */
    stages: Timings | undefined;
    /** Whether its answer carries all headers already. */
    complete: boolean | undefined;
  };
}

/**
 * A header of the request. Node's own are looked at where they are: the web's `Headers` are made from all of them when
 * the first is asked for, which costs as much as everything else that the app does for a request.
 *
 * @param name - in lower case.
 */
export function requestHeader(c: Context<Env>, name: string): string | undefined {
  const incoming = c.env?.incoming;
  if (incoming === undefined) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
