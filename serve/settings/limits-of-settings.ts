// The limits of requests and of connections, as the settings say them.
import { connectionLimits, defaultLimits, type Limits } from './limits.ts';
import type { Settings } from './schema.ts';

const MiB = 1024 * 1024;
const million = 1e6;

/** The limits that the settings say. All bodies together may always be as large as one may be. */
export function limitsOf(settings: Settings): Limits {
  const bodyBytes = settings.bodyMib * MiB;
  return {
    ...defaultLimits,
    bodyBytes,
    heldBytes: Math.max(settings.heldMib * MiB, bodyBytes),
    pixels: settings.megapixels * million,
    batch: settings.batch,
    queue: settings.queueMs,
    deadline: settings.deadlineMs,
  };
}

/** The limits of a connection that the settings say. Headers never get longer than the whole request. */
export function connectionLimitsOf(settings: Settings): typeof connectionLimits {
  const { headersSeconds, requestSeconds, keepAliveSeconds } = settings;
  return {
    ...connectionLimits,
    headersTimeout: Math.min(headersSeconds, requestSeconds) * 1000,
    requestTimeout: requestSeconds * 1000,
    keepAliveTimeout: keepAliveSeconds * 1000,
  };
}
