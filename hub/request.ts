// One request to the Hugging Face Hub: with the user's token, through its redirects, and its refusals in words.
import { messageOf } from '../models/errors.ts';
import { fetchAgain } from '../models/fetch-again.ts';
import { version } from '../setup/paths.mjs';
import { HubError, HubUnreachable } from './error.ts';
import { type Login, refusalOf } from './refusal.ts';
import type { HubSettings } from './settings.ts';

/** Milliseconds in which an answer begins, as HF_HUB_ETAG_TIMEOUT has it in Python, and three times that for slow lines. */
const PATIENCE = 30_000;

/** Redirects that are followed: a renamed repository, then the store of large files. */
const MOST_REDIRECTS = 5;

/** An answer, and the headers of the Hub's own: of a large file the Hub sends the digest, its store the bytes. */
export interface HubAnswer {
  readonly response: Response;
  readonly headers: Headers;
}

export interface HubRequest {
  /** What is asked for in messages: `hf:owner/name`, `model.onnx of hf:owner/name`. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks for an address of the Hub. The token goes to the Hub alone, never to where it redirects.
 *
 * @throws HubUnreachable when nothing answers; HubError for every status but 2xx, and 416 for a range.
 */
export async function askHub(
  address: string,
  { endpoint, token }: Pick<HubSettings, 'endpoint' | 'token'>,
  { what, headers, signal }: HubRequest,
): Promise<HubAnswer> {
  let hubs: Headers | undefined;
  let url = new URL(address);
  const hub = new URL(endpoint);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const own = url.origin === hub.origin;
    const authorization = own && token !== undefined ? { authorization: `Bearer ${token}` } : {};
    const response = await answerOf(url, { ...headers, ...authorization }, signal);
    if (own) hubs = response.headers;
    const target = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && target !== null) {
      await response.body?.cancel();
      url = targetOf(target, url, what);
      continue;
    }
    // The end of what is asked for was reached before; who asks for the whole is not told so.
    if (!response.ok && !(response.status === 416 && headers?.range !== undefined)) {
      await response.body?.cancel();
      throw refusalOf(response, what, own ? endpoint : url.origin, loginBy(token));
    }
    return { response, headers: hubs ?? response.headers };
  }
  throw new HubError(`${endpoint} redirects in a circle for ${what}.`);
}

function loginBy(token: string | undefined): Login {
  if (token !== undefined)
    return { advice: 'The token of HF_TOKEN, or of `hf auth login`, does not open it.' };
  const advice = 'Set HF_TOKEN to a token of https://huggingface.co/settings/tokens that may read it.';
  return { advice, patience: 'set HF_TOKEN: who is logged in may ask more often' };
}

/** @throws HubError for a redirect to what is no address of the web: files and data of this machine are none of a Hub's. */
function targetOf(target: string, from: URL, what: string): URL {
  const url = URL.canParse(target, from.href) ? new URL(target, from) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new HubError(
    `${from.origin} redirects to ${JSON.stringify(target.slice(0, 100))} for ${what}, expected an address of http or https.`,
  );
}

async function answerOf(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  // Not longer than its headers take: its body may take hours.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    return await fetchAgain(url, {
      // Compressed, the size and the place to go on from would be of other bytes.
      headers: { 'user-agent': `trainyard/${version}`, 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(url.origin, error);
  } finally {
    clearTimeout(timer);
  }
}

/** That an address does not answer, or stopped to, and why. */
export function unreachable(origin: string, error: unknown): HubUnreachable {
  const { cause } = error instanceof Error ? error : {};
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(cause ?? error);
  return new HubUnreachable(
    `${origin} cannot be reached (${reason}). Without a network, models that were fetched before can be used; HF_ENDPOINT names another Hub.`,
    { cause: error },
  );
}
