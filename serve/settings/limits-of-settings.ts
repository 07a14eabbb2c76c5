// The limits of what one request may cost, as the settings say them.
import { defaultLimits, type Limits } from './limits.ts';
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
