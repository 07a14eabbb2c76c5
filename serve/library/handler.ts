// The server as one function from a request to its response, for any framework, and as a handler of node:http.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import { createApp } from '../app.ts';
import { type KeyRing, keyRing } from '../http/api-keys.ts';
import type { AppEnv } from '../http/context.ts';
import { createRequestDrain } from '../http/drain-request.ts';
import { respondToMalformedUrl } from '../http/malformed-request.ts';
import type { Log } from '../log.ts';
import { classifyAnywhere } from '../routes/classify.ts';
import { serverRoutes } from '../routes/index.ts';
import { type Limits, limitsWith } from '../settings/limits.ts';
import { createKeepAlive } from './keep-alive.ts';
import { engineOf } from './model.ts';
import type { Model } from './types.ts';

/** Where a handler is, who may ask it, and for how much. */
export interface HandlerOptions {
  /** The path below which the whole server answers, such as `/ai`, where the framework hands over whole addresses. */
  readonly path?: string | undefined;
  /** API keys, each by the name of its owner, or a function from a key to its owner; without this, everybody may ask. */
  readonly keys?: Readonly<Record<string, string>> | KeyRing | undefined;
  /** Limits of requests. Those of pictures in the queue are the model's (`loadModel`). */
  readonly limits?: Partial<Limits> | undefined;
  /** Origins whose pages may read responses: `https://shop.example`, or `*`. */
  readonly cors?: readonly string[] | undefined;
  /** Gets a line for each error that is a bug; by default standard error does. */
  readonly log?: Log | undefined;
}

const OPTIONS: EveryOption<HandlerOptions> = { path: true, keys: true, limits: true, cors: true, log: true };

/**
 * Answers a request.
 *
 * @param env - what the framework gives beside the request; only node:http's own objects in it are used.
 */
export type Handler = (request: Request, env?: unknown) => Promise<Response>;

/** Answers a request of node:http, and of what is built on it: Express, Connect, NestJS. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves a model as `trainyard serve` does: all of its addresses, `/classify`, `/models`, `/v2`, `/docs` and the others. A
 * POST to any other address is one to `/classify`, so that it can also be the one route of a framework. Keys and limits
 * hold at whatever address it is.
 *
 * @example
 * export const POST = createHandler(await loadModel('model.onnx')); // a route of Next.js, SvelteKit and others
 *
 * @param model - of `loadModel`, with the option `task: 'any'` where its answers need not be one label. It is closed by whoever opened it.
 * @throws TypeError for a model that `loadModel` did not make; UserError for a key too short to be safe, and for an option that there is
 * not, which could be `keys` misspelt.
 */
export function createHandler(model: Model<'any'>, options: HandlerOptions = {}): Handler {
  const engine = model && engineOf(model);
  if (engine === undefined)
    throw new TypeError(
      'createHandler: expected a model, as `await loadModel()` of the same package gives it',
    );
  checkOptions('createHandler', options, OPTIONS);
  const { path, keys, cors, log = logErrors } = options;
  if (Array.isArray(keys))
    throw new TypeError('keys: received a list, expected each key by the name of its owner: { name: key }');
  if (cors !== undefined && !Array.isArray(cors))
    throw new TypeError(
      `cors: received ${cors}, expected a list of origins, such as ['https://shop.example']`,
    );
  const app = createApp({
    engine,
    limits: limitsWith(options.limits),
    keys: typeof keys === 'function' || keys === undefined ? keys : keyRing(entriesOf(keys)),
    cors,
    log,
    path,
    routes: (services) => [...serverRoutes(services), classifyAnywhere(services)],
  });
  const keepAlive = createKeepAlive();
  return (request, env) => keepAlive(async () => app.fetch(request, bindingsOf(env)));
}

/**
 * The same for node:http.
 *
 * @example expressApp.use('/ai', toNodeHandler(createHandler(model)));
 */
export function toNodeHandler(handler: Handler): NodeHandler {
  const respond = getRequestListener(handler, {
    errorHandler: respondToMalformedUrl,
    hostname: 'localhost',
    autoCleanupIncoming: false,
    overrideGlobalObjects: false, // they are the application's
  });
  const drainRest = createRequestDrain();
  return (request, response) => {
    drainRest(request, response);
    void respond(request, response);
  };
}

function entriesOf(keys: Readonly<Record<string, string>>) {
  return Object.entries(keys).map(([name, key]) => ({ name, key, where: `the key of ${name}` }));
}

/** Node's request and response, where the framework gives them: the body is then read without a web stream around it. */
function bindingsOf(env: unknown): AppEnv['Bindings'] {
  if (typeof env !== 'object' || env === null) return {};
  return 'incoming' in env && 'outgoing' in env ? (env as AppEnv['Bindings']) : {};
}

const logErrors: Log = (line, { level } = {}) => {
  if (level === 'error') console.error(line);
};
