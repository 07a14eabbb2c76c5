// The error about a request that is refused: an HTTP status and a sentence for the person who sent it.

/** Statuses of refusals. After 429, 503 and 504 the same request may succeed later; after all others it must be changed.*/
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 503 | 504;

/**
 * May be thrown anywhere while a request is handled; the response is `{error: message}` with the status.
 * Any other error is a bug: it is logged with its stack, and the response is 500.
 */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: RefusalStatus;
  /** Seconds after which the same request may be answered. */
  readonly retryAfter: number | undefined;

  constructor(status: RefusalStatus, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
