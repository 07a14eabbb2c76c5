// The status of a call: gRPC's codes for what HTTP says by its own, with the time after which to try again.
// Reference: https://grpc.io/docs/guides/status-codes
import { printable } from '../../models/printable.ts';
import { MOST_MESSAGE, SERVER_ERROR } from '../explain.ts';
import { Refusal } from '../refusal.ts';
import { writeResponse } from './messages.ts';

export const codes = {
  OK: 0,
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

export type Code = keyof typeof codes;

/** By the statuses of refusals. */
const ofStatus: Readonly<Record<number, Code>> = {
  ...{ 400: 'INVALID_ARGUMENT', 413: 'INVALID_ARGUMENT', 415: 'INVALID_ARGUMENT', 422: 'INVALID_ARGUMENT' },
  ...{ 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND', 405: 'UNIMPLEMENTED' },
  ...{ 408: 'CANCELLED', 409: 'FAILED_PRECONDITION', 429: 'RESOURCE_EXHAUSTED' },
  ...{ 503: 'UNAVAILABLE', 504: 'DEADLINE_EXCEEDED' },
};

export interface Status {
  readonly code: Code;
  readonly message: string;
  /** Seconds after which the same call may be answered. */
  readonly retryAfter?: number | undefined;
}

/** An error that only gRPC has. */
export class CallError extends Error {
  override name = 'CallError';
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }
}

/** The status for an error; what is neither a refusal nor a call's error is a bug, of which clients learn nothing. */
export function statusOf(error: unknown): Status {
  if (error instanceof CallError) return { code: error.code, message: error.message };
  if (!(error instanceof Refusal)) return { code: 'INTERNAL', message: SERVER_ERROR };
  const { status, message, retryAfter } = error;
  const full = status === 503 && retryAfter !== undefined;
  return { code: full ? 'RESOURCE_EXHAUSTED' : (ofStatus[status] ?? 'INTERNAL'), message, retryAfter };
}

/** Characters of a message in a header: it has three times as many there, and clients take 8 KiB of headers. */
const MOST_CHARACTERS = Math.min(MOST_MESSAGE, 600);

/** The trailers of a call that failed. The time to try again is there for clients of Google's errors and for gRPC's retries. */
export function trailersOf({ code, message, retryAfter }: Status): Record<string, string> {
  const text = printable(message, MOST_CHARACTERS);
  const trailers = { 'grpc-status': String(codes[code]), 'grpc-message': percentEncoded(text) };
  if (retryAfter === undefined) return trailers;
  const value = writeResponse('RetryInfo', { retry_delay: { seconds: retryAfter } });
  const details = [{ type_url: 'type.googleapis.com/google.rpc.RetryInfo', value }];
  const rich = writeResponse('Status', { code: codes[code], message: text, details });
  return {
    ...trailers,
    'grpc-retry-pushback-ms': String(retryAfter * 1000),
    'grpc-status-details-bin': Buffer.from(rich).toString('base64'),
  };
}

/** Reference: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, `Percent-Encoded`. */
function percentEncoded(text: string): string {
  return text.replace(/[^ -~]|%/gu, encodeURIComponent);
}
