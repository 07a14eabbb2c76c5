// Answers in the cheapest way that there is: all headers are known when the response is made, and none is touched after.
import type { Context } from 'hono';
import type { Env } from './context.ts';
import { commonHeaders } from './headers.ts';

/** Headers of every answer to this request. */
export function headersOf(c: Context<Env>): Record<string, string> {
  const headers = commonHeaders(c.get('requestId'), serverTiming(c));
  const cors = c.get('cors');
  return cors === undefined ? headers : { ...headers, ...cors };
}

/**
 * Makes the answer of a request that comes often. Responses of node-server whose headers are a plain object go out
 * without the web's `Headers` being made.
 *
 * @param headers - further ones, names in lower case.
 */
export function answer(
  c: Context<Env>,
  body: string | Uint8Array<ArrayBuffer>,
  status: number,
  headers: Record<string, string>,
): Response {
  c.set('complete', true);
  return new Response(body, { status, headers: Object.assign(headersOf(c), headers) });
}

/** Answers with JSON. */
export function answerJson(c: Context<Env>, body: unknown, status = 200): Response {
  return answer(c, JSON.stringify(body), status, { 'content-type': 'application/json' });
}

/**
 * The `Server-Timing` header: the stages of the work, if there were any, and the time since the request came.
 * Reference: https://www.w3.org/TR/server-timing.
 */
function serverTiming(c: Context<Env>): string {
  const total = `total;dur=${(performance.now() - c.get('start')).toFixed(3)}`;
  const stages = c.get('stages');
  if (stages === undefined) return total;
  const { decode, prepare, queue, run } = stages;
  return `decode;dur=${decode.toFixed(3)}, prepare;dur=${prepare.toFixed(3)}, queue;dur=${queue.toFixed(3)}, run;dur=${run.toFixed(3)}, ${total}`;
}
