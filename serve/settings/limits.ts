// What one request may cost, so that none can take the server down: bytes, pixels, time, memory.

import { MOST_PIXELS } from '../../models/image/picture.ts';

export interface Limits {
  /** Bytes of a request's body; more is answered with 413. */
  readonly bodyBytes: number;
  /** Bytes of JSON in a body: reading it keeps the thread that answers everybody. */
  readonly jsonBytes: number;
  /** Pictures in one request; more are answered with 400. */
  readonly picturesPerRequest: number;
  /** Rows of a tensor in one request; more are answered with 400. */
  readonly rowsPerRequest: number;
  /** Bytes of all bodies that are held at once; the request that goes beyond is answered with 503. */
  readonly heldBytes: number;
  /** Pixels of a picture (width times height, first frame), known before it is decoded; more is answered with 413. */
  readonly pixels: number;
  /** Pixels that are held decoded at once, each 3 or 4 bytes of memory; others wait encoded. */
  readonly decodedPixels: number;
  /** Milliseconds of work that wait for each worker at most, as estimated; what goes beyond is answered with 503. */
  readonly queue: number;
  /** Milliseconds after which a picture without an answer is answered with 504. */
  readonly deadline: number;
  /** Pictures that one run of a model takes. */
  readonly batch: number;
}

const MiB = 1024 * 1024;
const million = 1_000_000;

export const defaultLimits: Limits = {
  bodyBytes: 20 * MiB,
  jsonBytes: 8 * MiB,
  picturesPerRequest: 64,
  rowsPerRequest: 256,
  heldBytes: 256 * MiB,
  pixels: MOST_PIXELS,
  decodedPixels: 64 * million,
  queue: 5_000,
  deadline: 30_000,
  batch: 64,
};

/** Limits of a connection, in node:http's names; milliseconds and bytes. */
export const connectionLimits = {
  /** From the first byte of a request to the last of its headers. */
  headersTimeout: 10_000,
  /** From the first byte of a request to the last of its body: 20 MiB at 2 Mbit/s take 84 s. */
  requestTimeout: 120_000,
  /** How long a connection without a request stays open; longer than the 60 s that load balancers keep theirs. */
  keepAliveTimeout: 65_000,
  /** How often the two timeouts above are looked at. */
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};
