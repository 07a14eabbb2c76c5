// Limits of what one request may cost, so that no request can take the server down: bytes, pixels, time, memory.

import { MOST_PIXELS } from '../../models/image/picture.ts';
import { checkOptions } from '../../models/known-options.ts';

/** What one request may cost, and all of them together; milliseconds, bytes and pixels. */
export interface Limits {
  /** Bytes of a request's body; more is answered with 413. */
  readonly bodyBytes: number;
  /** Bytes of JSON in a body: parsing it blocks the main thread, which serves everybody. */
  readonly jsonBytes: number;
  /** Pictures in one request; more are answered with 400. */
  readonly picturesPerRequest: number;
  /** Rows of a tensor in one request; more are answered with 400. */
  readonly rowsPerRequest: number;
  /** Bytes of all bodies in memory together; a request that goes beyond is answered with 503. */
  readonly heldBytes: number;
  /** Pixels of a picture (width times height, first frame), known before it is decoded; more is answered with 413. */
  readonly pixels: number;
  /** Decoded pixels in memory on the main thread, each of 3 or 4 bytes, of small and of large pictures each; others wait. */
  readonly decodedPixels: number;
  /** Estimated milliseconds of work that may wait for each worker; a picture that goes beyond is answered with 503. */
  readonly queue: number;
  /** Milliseconds after which a picture without a result is answered with 504. */
  readonly deadline: number;
  /** Pictures in one run of a model at most. */
  readonly batch: number;
}

const MiB = 1024 * 1024;

/** The limits where none are set. */
export const defaultLimits: Limits = {
  // A telephone's photograph of 50 megapixels has 10 to 25, one of 108 has 20 to 35.
  bodyBytes: 40 * MiB,
  jsonBytes: 8 * MiB,
  picturesPerRequest: 64,
  rowsPerRequest: 256,
  heldBytes: 256 * MiB,
  pixels: MOST_PIXELS,
  decodedPixels: MOST_PIXELS,
  queue: 5_000,
  deadline: 30_000,
  batch: 64,
};

/**
 * The default limits but for those that are given; one that is undefined is not.
 * @throws UserError for a limit that there is not.
 */
export function limitsWith(given: Partial<Limits> = {}): Limits {
  checkOptions('limits', given, defaultLimits);
  const defined = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaultLimits, ...Object.fromEntries(defined) };
}

/** Limits of a connection, in node:http's names; milliseconds and bytes. */
export const connectionLimits = {
  /** From the first byte of a request to the last of its headers. */
  headersTimeout: 10_000,
  /** From the first byte of a request to the last of its body: 40 MiB at 2 Mbit/s take 168 s. */
  requestTimeout: 180_000,
  /**
   * How long a connection without a request stays open; longer than the 60 s for which most load balancers keep theirs: the
   * one who closes first must be the one who sends, or a request meets a connection that is being closed.
   */
  keepAliveTimeout: 65_000,
  /** How often the two timeouts above are checked. */
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};
