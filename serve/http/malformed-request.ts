// Answers what is not HTTP, or comes too slowly: node:http reports these instead of calling the app.

import type { Duplex } from 'node:stream';
import { messageOf } from '../../models/errors.ts';

const answers: Record<string, readonly [status: string, error: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers of the request are too long'],
};

const other = ['400 Bad Request', 'this is not a valid HTTP request'] as const;

/** Listener of `clientError`: one answer, then the connection is closed. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = answers[error.code ?? ''] ?? other;
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Answers a request whose target or Host header makes no address: the app never sees it. */
export function answerUnreadable(error: unknown): Response {
  const reason = messageOf(error);
  return Response.json({ error: `the address of the request cannot be read: ${reason}` }, { status: 400 });
}
