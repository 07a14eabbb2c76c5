// Connections that clients have closed on their side alone, as `nc -N` and some health checks do when they have sent their
// request: they get their responses. A client that has gone looks the same until something is sent to it.
// Reference: RFC 9112, section 8: a half-closed connection does not imply that nobody waits for the response.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds in which such a client gets the result of work; later it is taken for one that has gone. */
export const PATIENCE = 1_000;

export interface HalfClosed {
  /** Whether the client closed its side of a connection so long ago that it is taken for gone. */
  isLong(socket: Socket): boolean;
}

/** Has a server respond on such connections, and remembers when they were closed. */
export function answerHalfClosed(server: Server): HalfClosed {
  // Node's own switch, which its types do not know; without it a connection ends when the client's side does.
  Object.assign(server, { httpAllowHalfOpen: true });
  const since = new WeakMap<Socket, number>();
  server.on('connection', (socket: Socket) => {
    socket.once('end', () => since.set(socket, performance.now()));
  });
  return {
    isLong: (socket) => performance.now() - (since.get(socket) ?? Number.POSITIVE_INFINITY) > PATIENCE,
  };
}
