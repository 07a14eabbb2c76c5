// What still comes of a request that has its answer: it is let in and thrown away. A connection that is cut while its
// client sends takes the answer with it, as TCP forgets what was not read yet.
import type { IncomingMessage, ServerResponse } from 'node:http';

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
  response.once('finish', () => {
    if (request.readableEnded || request.destroyed) return;
    let length = 0;
    const cut = () => request.socket.destroy();
    const timer = setTimeout(cut, patience).unref();
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > most) cut();
    });
    request.once('close', () => clearTimeout(timer));
    request.resume();
  });
}
