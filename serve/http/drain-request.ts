// What still comes of a request that has its answer: it is let in and thrown away. A connection that is cut while its
// client sends takes the answer with it, as TCP forgets what was not read yet.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { openFree } from '../memory/free-buffers.ts';

/** Bytes and milliseconds after which the connection is cut all the same. */
const MOST = 64 * 1024 * 1024;
const PATIENCE = 10_000;

/** A connection: its last request so far, and whether that is the last of all. */
interface Line {
  request: IncomingMessage;
  last: boolean;
}

/** @returns a function to be called when a request comes. */
export function openDiscard(
  most = MOST,
  patience = PATIENCE,
): (request: IncomingMessage, response: ServerResponse) => void {
  const lines = new WeakMap<Socket, Line>();

  /** One function for a connection: one for each request kept all requests in memory until the whole heap was collected. */
  function lineOf(request: IncomingMessage): Line {
    const { socket } = request;
    const known = lines.get(socket);
    if (known !== undefined) {
      known.request = request;
      return known;
    }
    const line = { request, last: false };
    lines.set(socket, line);
    // Node calls this after the last answer of a connection, whether or not all of its request is there.
    socket.destroySoon = () => {
      line.last = true;
      if (line.request.complete) Socket.prototype.destroySoon.call(socket);
      else socket.end();
    };
    return line;
  }

  return (request, response) => {
    const line = lineOf(request);
    response.once('finish', () => {
      if (request.complete || request.destroyed) return;
      const { socket } = request;
      const free = openFree();
      let length = 0;
      const cut = () => socket.destroy();
      const timer = setTimeout(cut, patience).unref();
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        free([chunk]);
        if (length > most) cut();
      });
      request.once('end', () => {
        if (line.last) cut();
      });
      request.once('close', () => clearTimeout(timer));
      request.resume();
    });
  };
}
