// What still comes of a request that has its answer: it is let in and thrown away. A connection that is cut while its
// client sends takes the answer with it, as TCP forgets what was not read yet.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { openFree } from './free.ts';

/** Bytes and milliseconds after which the connection is cut all the same. */
const MOST = 64 * 1024 * 1024;
const PATIENCE = 10_000;

/** To be called when a request comes. */
export function discardRest(
  request: IncomingMessage,
  response: ServerResponse,
  most = MOST,
  patience = PATIENCE,
): void {
  const { socket } = request;
  let last = false;
  // Node calls this after the last answer of a connection, whether or not all of its request is there.
  socket.destroySoon = () => {
    last = true;
    if (request.complete) Socket.prototype.destroySoon.call(socket);
    else socket.end();
  };
  response.once('finish', () => {
    if (request.readableEnded || request.destroyed) return;
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
      if (last) cut();
    });
    request.once('close', () => clearTimeout(timer));
    request.resume();
  });
}
