// Asks a worker of its own for a model of the Hugging Face Hub.
import { HUGGING_FACE } from '../../../hub/address.ts';
import { isAddress, wholeAddress } from '../base.ts';
import { createCalls } from '../calls.ts';
import type { DownloadProgress } from '../runtime.ts';
import { startWorker } from '../start-worker.ts';

/**
 * The file of a model, in our own form.
 *
 * @param address - `hf:owner/name[@revision][/file]`.
 * @param hub - address of the Hub; by default that of Hugging Face.
 * @param script - of the worker.
 * @throws ModelError when it does not come, or is no classifier of pictures; the signal's reason; TypeError for a Hub's
 * address that is none.
 */
export async function fromHub(
  address: string,
  hub: string | URL = HUGGING_FACE,
  script: URL,
  progress: DownloadProgress,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const endpoint = endpointOf(hub);
  const calls = createCalls(startWorker(script), script, progress);
  try {
    const { bytes } = await calls.ask({ type: 'fetch-hub', address, endpoint }, 'fetched-hub', signal);
    return bytes;
  } finally {
    calls.close();
  }
}

/** Without a slash behind it. */
function endpointOf(hub: string | URL): string {
  const { protocol = '', href = '' } = isAddress(String(hub)) ? wholeAddress(hub) : {};
  if (/^https?:$/.test(protocol)) return href.replace(/\/+$/, '');
  throw new TypeError(`hub: received ${JSON.stringify(hub)}, expected the address of a Hugging Face Hub`);
}
