// Listens on a port with the app: says why a port cannot be used, and stops without losing a request.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { UserError } from '../../models/errors.ts';
import { connectionLimits } from '../settings/limits.ts';
import type { AppEnv } from './context.ts';
import { createRequestDrain } from './drain-request.ts';
import { awaitContinue } from './expect-continue.ts';
import { answerHalfClosed } from './half-closed.ts';
import { inheritedSocket } from './inherited-socket.ts';
import { respondToMalformedRequest, respondToMalformedUrl } from './malformed-request.ts';

export interface Listening {
  readonly url: string;
  closing(): boolean;
  /** Goes on for `delay` milliseconds, asking clients to close; then stops accepting and answers what was accepted. */
  close(delay?: number): Promise<void>;
}

/** Milliseconds before the end in which responses ask clients to close, and new connections are still answered. */
const FAREWELL = 250;

/** Milliseconds that requests get to finish before their connections are closed. */
const PATIENCE = 10_000;

export interface ListenOptions {
  /** Limits of a connection. */
  readonly connection?: typeof connectionLimits | undefined;
  /** Milliseconds that requests get to finish, at the end, before their connections are closed. */
  readonly patience?: number | undefined;
}

/**
 * Listens for requests and answers them with the app. A socket that the service manager has opened is taken in the place of
 * host and port.
 *
 * @param port - 0 takes a free one.
 * @throws UserError when the address is in use or cannot be used; it says what to try.
 */
export async function listen(
  app: Hono<AppEnv>,
  host: string,
  port: number,
  { connection = connectionLimits, patience = PATIENCE }: ListenOptions = {},
): Promise<Listening> {
  let closing = false;
  const respond = getRequestListener(
    (request, env) => app.fetch(request, Object.assign(env, { halfClosed })),
    {
      errorHandler: respondToMalformedUrl,
      hostname: 'localhost', // for HTTP/1.0, whose requests need no Host, such as HAProxy's checks
      autoCleanupIncoming: false, // it closes connections after half a second, even those that have no response yet
    },
  );
  const drainRest = createRequestDrain();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (closing) response.setHeader('Connection', 'close');
    drainRest(request, response);
    void respond(request, response);
  };
  const server = createServer(connection, answer);
  const halfClosed = answerHalfClosed(server);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (closing) response.setHeader('Connection', 'close');
    awaitContinue(response);
    answer(request, response);
  });
  server.on('clientError', respondToMalformedRequest);
  const inherited = inheritedSocket(process.env, process.pid);
  if (inherited === undefined) server.listen(port, host);
  else server.listen({ fd: inherited });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw explainListening(error, host, port, '--port');
  }
  return {
    url: urlOf(server, host),
    closing: () => closing,
    async close(delay = 0) {
      if (closing) return;
      closing = true;
      await sleep(delay);
      await closeServer(server, patience);
    },
  };
}

/**
 * Clients are asked to close their connections before idle ones are closed: a request that is on its way when its
 * connection is closed would be lost.
 */
async function closeServer(server: Server, patience: number): Promise<void> {
  if ((await countConnections(server)) > 0) await sleep(FAREWELL);
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const force = setTimeout(() => server.closeAllConnections(), patience);
  await closed;
  clearInterval(idle);
  clearTimeout(force);
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

/**
 * An error of listening, for the person who chose the address.
 *
 * @param option - by which the port is chosen.
 */
export function explainListening(error: unknown, host: string, port: number, option: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new UserError(
        `port ${port} of ${host} is in use: stop the program that uses it, or choose another port with ${option} (${option} 0 takes a free one)`,
      );
    case 'EACCES':
      return new UserError(`port ${port} needs special rights: choose 1024 or higher with ${option}`);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UserError(
        `"${host}" is not an address of this machine: choose one with --host, such as 127.0.0.1, or 0.0.0.0 for all`,
      );
    default:
      return error;
  }
}

/** The address to type into a browser on this machine. */
function urlOf(server: Server, host: string): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error(`listening on ${address}, not a port`);
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${address.port}`;
}
