// Responds to malformed and slow requests: node:http reports these as errors, and the app never sees them.

import type { Duplex } from 'node:stream';
import { messageOf } from '../../models/errors.ts';
import { printable } from '../../models/printable.ts';

const responses: Record<string, readonly [status: string, error: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers of the request are too long'],
};

const other = ['400 Bad Request', 'this is not a valid HTTP request'] as const;

/** Listener of `clientError`: sends one response, then closes the connection. */
export function respondToMalformedRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = responses[error.code ?? ''] ?? other;
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Responds to a request whose target and Host header make no valid URL. */
export function respondToMalformedUrl(error: unknown): Response {
  const reason = messageOf(error);
  return Response.json(
    { error: `the address of the request cannot be read: ${printable(reason)}` },
    { status: 400 },
  );
}
