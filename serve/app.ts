// The server without sockets: an app is a value made from an engine.

import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { suggestion } from '../models/nearest.ts';
import { printable } from '../models/printable.ts';
import type { Engine } from './engine/index.ts';
import { MOST_MESSAGE, SERVER_ERROR, stackOf } from './explain.ts';
import type { KeyRing } from './http/api-keys.ts';
import { createCachingRouter } from './http/caching-router.ts';
import type { AppContext, AppEnv } from './http/context.ts';
import { createForwarded } from './http/forwarded.ts';
import type { Metrics } from './http/metrics.ts';
import { type LoggedRequests, requestMiddleware } from './http/middleware.ts';
import type { Quotas } from './http/quotas.ts';
import { RETRY_AFTER } from './http/respond.ts';
import { type Log, textLog } from './log.ts';
import { createByteBudget, type OpenRequestMemory } from './memory/byte-budget.ts';
import { createInferenceStatistics, type InferenceStatistics } from './openinference/statistics.ts';
import { copiesOf } from './page/compressed-copies.ts';
import { allowFrames } from './page/embedded-page.ts';
import { Refusal } from './refusal.ts';
import { serverRoutes } from './routes/index.ts';
import { guardOthers, guardRoute } from './routes/key-guard.ts';
import { pageFiles } from './routes/page.ts';
import type { Route, Services } from './routes/route.ts';
import { defaultLimits, type Limits } from './settings/limits.ts';
import type { Tracing } from './tracing/traced-request.ts';

export interface AppOptions {
  readonly engine: Engine;
  /** Folder of the built page; without one, no page is served. */
  readonly page?: string | undefined;
  readonly limits?: Limits | undefined;
  /** Counts what requests hold in memory, where others than those of the app count too. */
  readonly openMemory?: OpenRequestMemory | undefined;
  /** Gets a line for each bug, and for requests as `logRequests` says. */
  readonly log?: Log | undefined;
  readonly logRequests?: LoggedRequests | undefined;
  /** API keys, of which every route needs one unless it is declared open; without keys, everybody may ask. */
  readonly keys?: KeyRing | undefined;
  /** What the owners of `keys` may use; without it, nothing is counted. */
  readonly quotas?: Quotas | undefined;
  /** Keys by which models may be sent, which `taking` takes; without both, none are taken. */
  readonly modelKeys?: KeyRing | undefined;
  readonly taking?: Services['taking'];
  /** Loads and unloads models by request; without it, nobody may. */
  readonly control?: Services['control'];
  /** What /v2 says about the use of each model; it must be among the engine's observers. */
  readonly statistics?: InferenceStatistics | undefined;
  /** What /metrics says; it must be among the engine's observers. Without it, there is no /metrics. */
  readonly metrics?: Metrics | undefined;
  /** Origins whose pages may read responses. */
  readonly cors?: readonly string[] | undefined;
  /** Origins whose pages may show the page in a frame, at `/?embed=1`; `*` is every origin. */
  readonly embed?: readonly string[] | undefined;
  /** Addresses and networks of proxies whose word about the client is taken, such as `10.0.0.0/8`. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Makes a trace of each request; without it, none is made. */
  readonly tracing?: Tracing | undefined;
  /** The path below which all of it answers, such as `/ai`; by default at the root. */
  readonly path?: string | undefined;
  /** The routes; by default all of `serverRoutes`. */
  readonly routes?: ((services: Services) => readonly Route[]) | undefined;
}

/**
 * Makes the app; it listens to nothing: `app.request('/models')` answers in a test. It may be mounted under a prefix:
 *
 * @example new Hono().route('/ai', createApp({ engine, keys }))
 */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { engine, page, limits = defaultLimits, log = textLog() } = options;
  const {
    logRequests = 'none',
    keys,
    modelKeys,
    quotas,
    taking,
    control,
    cors = [],
    embed = [],
    trustedProxies = [],
    tracing,
    metrics,
    routes: makeRoutes = serverRoutes,
  } = options;
  const statistics = options.statistics ?? createInferenceStatistics();
  const app = new Hono<AppEnv>({ router: createCachingRouter() }).basePath(options.path ?? '/');
  const openMemory = options.openMemory ?? createByteBudget(limits.heldBytes);
  function errorOf(c: AppContext, error: unknown) {
    c.get('traced')?.errors.push(error);
    if (error instanceof Refusal)
      return { error: printable(error.message, MOST_MESSAGE), status: error.status };
    log(`${c.req.method} ${printable(c.req.path)}: ${stackOf(error)}`, {
      level: 'error',
      requestId: c.get('requestId'),
    });
    return { error: SERVER_ERROR, status: 500 as const };
  }
  const routes: readonly Route[] = makeRoutes({
    engine,
    errorOf,
    limits,
    openMemory,
    statistics,
    metrics,
    taking,
    control,
    log,
    routes: () => routes,
  });
  metrics?.watch(engine);
  const forwarded = trustedProxies.length > 0 ? createForwarded(trustedProxies) : undefined;
  app.use(requestMiddleware({ log, logRequests, cors, onResponse: metrics?.onResponse, forwarded, tracing }));
  for (const route of routes)
    app.on(route.method, [...route.paths], guardRoute(route, { keys, modelKeys, quotas }));
  if (keys !== undefined) app.use(guardOthers(routes, keys, quotas));
  if (page !== undefined && embed.length > 0) app.use(allowFrames(embed));
  if (page !== undefined) app.use(pageFiles(page, copiesOf(page)));
  const refuseOtherMethods = methodNotAllowed({ app, onMethodNotAllowed: refuseMethod });
  app.notFound(async (c) => {
    // Only here and not around each request: it takes half as long as everything that the app does for a request.
    await refuseOtherMethods(c, async () => {
      c.res = c.json({ error: notFoundMessage(c, app) }, 404);
    });
    return c.res;
  });
  app.onError((error, c) => {
    const { error: message, status } = errorOf(c, error);
    const retryAfter = error instanceof Refusal ? error.retryAfter : undefined;
    if (status === 429 || status === 503) c.header('Retry-After', String(retryAfter ?? RETRY_AFTER));
    return c.json({ error: message }, status);
  });
  return app;
}

function refuseMethod(c: Context, allowed: string[]): Response {
  c.header('Allow', allowed.join(', '));
  return c.json(
    { error: `received ${c.req.method} ${printable(c.req.path)}, expected ${allowed.join(' or ')}` },
    405,
  );
}

function notFoundMessage(c: AppContext, app: Hono<AppEnv>): string {
  const paths = new Set(app.routes.map(({ path }) => path).filter((path) => !/[*:]/.test(path)));
  return `there is nothing at ${printable(c.req.path)}. ${suggestion(c.req.path, [...paths])}`;
}
