// Responds in the cheapest way: a response is made with all its headers, and none is changed afterwards.
import { printableJson } from '../../models/printable.ts';
import type { AppContext } from './context.ts';
import { commonHeaders, framedHeaders } from './headers.ts';

/** Headers of every response to this request. */
export function responseHeaders(c: AppContext): Record<string, string> {
  const headers = headersOf(c);
  const cors = c.get('cors');
  const allowance = c.get('allowance');
  if (allowance !== undefined) Object.assign(headers, allowance.headers());
  return cors === undefined ? headers : { ...headers, ...cors };
}

function headersOf(c: AppContext): Record<string, string> {
  const common = commonHeaders(c.get('requestId'), serverTiming(c));
  const framedBy = c.get('framedBy');
  return framedBy === undefined ? common : framedHeaders(common, framedBy);
}

/**
 * Makes the response to a request that comes often. node-server sends a response whose headers are a plain object
 * without making the web's `Headers` object.
 *
 * @param headers - further headers, names in lower case.
 */
export function respond(
  c: AppContext,
  body: string | Uint8Array<ArrayBuffer>,
  status: number,
  headers: Record<string, string>,
): Response {
  c.set('headersSet', true);
  return new Response(body, { status, headers: Object.assign(responseHeaders(c), headers) });
}

/** Seconds after which a client that got 503 may try again, where nothing else is known. */
export const RETRY_AFTER = 1;

/** Responds with JSON, in which nothing of what was received acts on a terminal that shows it. */
export function respondJson(c: AppContext, body: unknown, status = 200): Response {
  return respond(c, printableJson(body), status, { 'content-type': 'application/json' });
}

/**
 * Waits for all parts of a response. Unlike `Promise.all`, it waits for the others too when one fails: they read the
 * request's memory, which must not be released until they are done.
 */
export async function waitForAll<T>(parts: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

/**
 * The `Server-Timing` header: the stages of the work, if there were any, and the time since the request came.
 * Reference: https://www.w3.org/TR/server-timing.
 */
function serverTiming(c: AppContext): string {
  const total = `total;dur=${(performance.now() - c.get('start')).toFixed(3)}`;
  const stages = c.get('stages');
  if (stages === undefined) return total;
  const { decode, prepare, queue, run } = stages;
  return `decode;dur=${decode.toFixed(3)}, prepare;dur=${prepare.toFixed(3)}, queue;dur=${queue.toFixed(3)}, run;dur=${run.toFixed(3)}, ${total}`;
}
