// A request that is not answered with a classification: an HTTP status and a sentence for the person who sent it.

/** Statuses that a refusal may have. 503 and 504 mean "not now", all others "not like this". */
export type RefusalStatus = 400 | 401 | 404 | 405 | 408 | 413 | 415 | 422 | 503 | 504;

/**
 * Thrown anywhere between reading a request and answering it; becomes `{error: message}` with the status.
 * Anything else that is thrown is a bug, logged with its stack and answered with 500.
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
