// What is noted of a request while it is handled, where requests are traced: its spans are made of it when it is over.
import type { Timings } from '../engine/events.ts';

/** A picture that has its result. */
export interface TracedPicture {
  readonly model: string;
  readonly version: number;
  readonly timings: Timings;
  /** Pictures in the run that it was in. */
  readonly batch: number;
  /** When its result came; performance.now(). */
  readonly at: number;
}

export interface TracedRequest {
  /** When its pictures had come, by performance.now(), and how many they are. */
  received?: { readonly at: number; readonly pictures: number };
  readonly pictures: TracedPicture[];
  /** What was thrown. */
  readonly errors: unknown[];
}

/** A request that is over. */
export interface FinishedRequest extends TracedRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The pattern that the path matched. */
  readonly route: string;
  readonly status: number;
  readonly protocol: string;
  readonly address: string | undefined;
  /** Name of its key. */
  readonly key: string | undefined;
  /** By performance.now(). */
  readonly start: number;
  readonly end: number;
  /** A header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** Traces requests. */
export interface Tracing {
  /** Makes the spans of a request. @returns the id of its trace. */
  record(request: FinishedRequest): string;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/** Notes that the pictures of a request have come. */
export function noteReceived(traced: TracedRequest | undefined, pictures: number): void {
  if (traced !== undefined) traced.received = { at: performance.now(), pictures };
}

/** Notes the result of a picture. */
export function noteResult(
  traced: TracedRequest | undefined,
  { name, version }: { readonly name: string; readonly version: number },
  { timings, batch }: { readonly timings: Timings; readonly batch: number },
): void {
  traced?.pictures.push({ model: name, version, timings, batch, at: performance.now() });
}

/**
 * The id of the trace that a request belongs to, as its `traceparent` says.
 * Reference: https://www.w3.org/TR/trace-context/#traceparent-header.
 */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/.exec(
    traceparent ?? '',
  )?.[1];
}
