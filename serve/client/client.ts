// The client of a server: fetch, typed answers, and another try while the server is busy. For Node and for browsers.
import { checkTask, otherTask } from '../../models/answer.ts';
import { checkCount, forAll, isList } from '../../models/call-options.ts';
import { messageOf } from '../../models/errors.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import { PictureError } from '../../models/model-error.ts';
import { createSemaphore } from '../../models/weighted-semaphore.ts';
import { isAnswer, withTask } from './answer.ts';
import { readBody } from './read-body.ts';
import type {
  Client,
  ClientClassifyOptions,
  ClientOptions,
  PictureSource,
  ServerAnswers,
  ServerModel,
} from './types.ts';

/** What a server answered instead of a result, or why it could not be reached. */
export class ServerError extends Error {
  override name = 'ServerError';
  /** The status of the response; undefined where there was none. */
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Bytes of a response: an answer has a few hundred, a list of models a few thousand for each. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What a header carries as it is. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** Requests of one call at the same time. */
const AT_ONCE = 8;

/** Statuses that are about the picture: the same one is refused again. */
const ABOUT_PICTURE = new Set([400, 413, 415, 422]);

/** Milliseconds before the first, second, ... try where the server does not say; each is twice the one before. */
const FIRST_PAUSE = 250;

/** Milliseconds: a server that asks for a longer pause is not tried again. */
const LONGEST_PAUSE = 30_000;

const OPTIONS: EveryOption<ClientOptions> = { key: true, retries: true, timeout: true, fetch: true };

const CLASSIFY_OPTIONS: EveryOption<ClientClassifyOptions> = {
  task: true,
  model: true,
  version: true,
  top: true,
  embedding: true,
  signal: true,
};

const MODELS_OPTIONS: EveryOption<Parameters<Client['models']>[0] & object> = { signal: true };

/**
 * A client of `trainyard serve`, or of an app with its handler.
 *
 * @example
 * const client = createClient('http://localhost:3000', { key: process.env.KEY });
 * const { label, probability } = await client.classify('cat.jpg');
 *
 * @param url - of the server, or the address below which an app has the handler.
 * @throws TypeError for an address that is none or has a password or a query in it, and for a key that cannot be sent;
 * UserError for an option that there is not.
 */
export function createClient(url: string | URL, options: ClientOptions = {}): Client {
  checkOptions('createClient', options, OPTIONS);
  const { key, retries = 3, timeout = 60_000, fetch: send = fetch } = options;
  const base = baseOf(url);
  if (key !== undefined && !SENDABLE.test(key))
    throw new TypeError('key: it has characters that no header carries, such as a blank or a line end');

  async function ask(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<unknown> {
    for (let tries = 0; ; tries++) {
      signal?.throwIfAborted();
      const response = await sendOnce(path, init, signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (tries >= retries) throw unreachable(base, error);
        return undefined;
      });
      const pause = pauseOf(response, tries);
      const busy = response === undefined || response.status === 429 || response.status === 503;
      if (busy && tries < retries && pause <= LONGEST_PAUSE) {
        await response?.body?.cancel().catch(() => {}); // its connection is free for the next try
        await sleep(pause, signal);
      } else if (response !== undefined) return read(response, base, signal);
      else throw unreachable(base, undefined);
    }
  }

  function sendOnce(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const limit = AbortSignal.timeout(timeout);
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    return send(base + path, {
      ...init,
      headers,
      redirect: 'manual', // the picture is for this server alone
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  }

  async function classifyOne<T extends keyof ServerAnswers>(
    source: PictureSource,
    { model, version, top, embedding, signal, task }: ClientClassifyOptions<T>,
  ): Promise<ServerAnswers[T]> {
    checkCount('top', top);
    const wanted = checkTask(task);
    const body = await readBody(source, signal);
    const asked = Object.entries({ model, version, top, embedding }).filter(
      ([, value]) => value !== undefined,
    );
    const query = new URLSearchParams(asked.map(([name, value]) => [name, String(value)]));
    const answer = withTask(await ask(`classify?${query}`, { method: 'POST', body }, signal));
    const other = isAnswer(answer, 'any') && otherTask(answer, wanted);
    if (other) throw new ServerError(200, `${answer.model}: ${other}`);
    if (isAnswer<T>(answer, wanted)) return answer;
    throw new ServerError(200, `${base}classify gave another answer than Trainyard does`);
  }

  function classify<T extends keyof ServerAnswers = 'single'>(
    source: PictureSource,
    options?: ClientClassifyOptions<T>,
  ): Promise<ServerAnswers[T]>;
  function classify<T extends keyof ServerAnswers = 'single'>(
    sources: readonly PictureSource[],
    options?: ClientClassifyOptions<T>,
  ): Promise<ServerAnswers[T][]>;
  async function classify<T extends keyof ServerAnswers = 'single'>(
    source: PictureSource | readonly PictureSource[],
    options: ClientClassifyOptions<T> = {},
  ) {
    checkOptions('classify', options, CLASSIFY_OPTIONS);
    if (!isList(source)) return classifyOne(source, options);
    const withPlace = createSemaphore(AT_ONCE);
    return forAll(source, options.signal, (one, signal) =>
      withPlace(1, () => classifyOne(one, { ...options, signal })),
    );
  }

  return {
    classify,
    async models(options = {}) {
      checkOptions('models', options, MODELS_OPTIONS);
      const { signal } = options;
      const answer = await ask('models', {}, signal);
      if (isModels(answer)) return answer.models;
      throw new ServerError(200, `${base}models gave another answer than Trainyard does`);
    },
  };
}

/** The address with a slash at its end. @throws TypeError for what is none, or has more than an address below it has. */
function baseOf(url: string | URL): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol))
    throw new TypeError(`received "${url}", expected the address of a server, such as http://localhost:3000`);
  const { username, password, search, hash, origin, pathname } = address;
  if (username !== '' || password !== '')
    throw new TypeError(`the address of ${origin} has a name or a password: use the option "key"`);
  if (search !== '' || hash !== '')
    throw new TypeError(`received "${url}", expected the address of a server without "${search}${hash}"`);
  return origin + pathname.replace(/\/*$/, '/');
}

/** @throws PictureError, ServerError for a response that is no result. */
async function read(response: Response, base: string, signal: AbortSignal | undefined): Promise<unknown> {
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    const to = response.headers.get('location') ?? 'another address';
    throw new ServerError(
      response.status,
      `${base} sends elsewhere, to ${to}: give createClient that address`,
    );
  }
  const text = await textOf(response).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new ServerError(response.status, `the response did not come to its end: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const answer = parsed(text);
  if (response.ok) return answer;
  const { status } = response;
  const message = isError(answer) ? answer.error : `${base} answered ${status} ${response.statusText}`.trim();
  throw ABOUT_PICTURE.has(status) ? new PictureError(message) : new ServerError(status, message);
}

/** @throws Error for a response that is too long. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let [text, length] = ['', 0];
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return text + decoder.decode();
    length += value.length;
    text += decoder.decode(value, { stream: true });
    if (length <= MOST_BYTES) continue;
    await reader?.cancel();
    throw new Error(`it has more than ${MOST_BYTES} bytes`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isError(answer: unknown): answer is { error: string } {
  return (
    typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'string'
  );
}

function isModels(answer: unknown): answer is { models: readonly ServerModel[] } {
  return typeof answer === 'object' && answer !== null && 'models' in answer && Array.isArray(answer.models);
}

/** Milliseconds before the next try, as `Retry-After` says it in seconds (RFC 9110, section 10.2.3). */
function pauseOf(response: Response | undefined, tries: number): number {
  const seconds = Number(response?.headers.get('retry-after') ?? Number.NaN);
  // Clients that were refused together do not come back together.
  return seconds >= 0 ? seconds * 1000 : FIRST_PAUSE * 2 ** tries * (1 + Math.random());
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', abort);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function unreachable(base: string, error: unknown): ServerError {
  const cause = error instanceof Error ? error.cause : undefined;
  const reason = cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
  return new ServerError(undefined, `${base} cannot be reached: ${reason}`, { cause: error });
}
