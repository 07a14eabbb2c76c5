// Asks the Hugging Face Hub what a repository holds at a revision.
import { formatHubAddress, type HubAddress } from './address.ts';
import { pieces } from './pieces.ts';
import { type HubListing, listingAddress, readListing } from './repository-files.ts';
import { askHub, unreachable } from './request.ts';
import type { HubSettings } from './settings.ts';

/**
 * Asks the Hub for the commit of a revision and its files.
 * Reference: `model_info` of Python's huggingface_hub.
 *
 * @throws HubError
 */
export async function listHub(
  address: HubAddress,
  settings: HubSettings,
  signal?: AbortSignal,
): Promise<HubListing> {
  const { id, revision } = address;
  const what = formatHubAddress({ id, revision });
  const url = listingAddress(settings.endpoint, address);
  const { response } = await askHub(url, settings, { what, signal });
  const answer = await jsonOf(response, url, signal);
  return readListing(answer, settings.endpoint, address, 'HF_ENDPOINT says where it is.');
}

/** Bytes of a listing: those of the largest repositories have some megabytes. */
const MOST_BYTES = 64 * 2 ** 20;

/** What a body says; undefined where it is no JSON, or has no end. @throws HubUnreachable when it stops. */
async function jsonOf(response: Response, url: string, signal: AbortSignal | undefined): Promise<unknown> {
  const texts: string[] = [];
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for await (const piece of pieces(response)) {
      bytes += piece.length;
      if (bytes > MOST_BYTES) return undefined;
      texts.push(decoder.decode(piece, { stream: true }));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(new URL(url).origin, error);
  }
  try {
    return JSON.parse(texts.join(''));
  } catch {
    return undefined;
  }
}
