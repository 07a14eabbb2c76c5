// Drains a request that has its response before its body has arrived: the rest is received and thrown away. If the
// connection were closed while the client sends, the client could lose the response (TCP discards what is not read yet).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { openFreeBuffers } from '../memory/free-buffers.ts';

/** The connection is closed all the same after so many bytes, or so many milliseconds. */
const MOST_BYTES = 64 * 1024 * 1024;
const PATIENCE = 10_000;

/** A connection: its last request so far, and whether no request follows. */
interface Connection {
  request: IncomingMessage;
  last: boolean;
}

/** @returns a function to be called when a request comes. */
export function createRequestDrain(
  mostBytes = MOST_BYTES,
  patience = PATIENCE,
): (request: IncomingMessage, response: ServerResponse) => void {
  const connections = new WeakMap<Socket, Connection>();

  /** One function for each connection: with one for each request, all requests stayed in memory until a full collection. */
  function connectionOf(request: IncomingMessage): Connection {
    const { socket } = request;
    const known = connections.get(socket);
    if (known !== undefined) {
      known.request = request;
      return known;
    }
    const connection = { request, last: false };
    connections.set(socket, connection);
    // Node calls this after the last response of a connection, whether or not its request has arrived completely.
    socket.destroySoon = () => {
      connection.last = true;
      if (connection.request.complete) Socket.prototype.destroySoon.call(socket);
      else socket.end();
    };
    return connection;
  }

  return (request, response) => {
    const connection = connectionOf(request);
    response.once('finish', () => {
      if (request.complete || request.destroyed) return;
      const { socket } = request;
      const freeBuffers = openFreeBuffers();
      let length = 0;
      const close = () => socket.destroy();
      const timer = setTimeout(close, patience).unref();
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        freeBuffers([chunk]);
        if (length > mostBytes) close();
      });
      request.once('end', () => {
        if (connection.last) close();
      });
      request.once('close', () => clearTimeout(timer));
      request.resume();
    });
  };
}
