// The server without sockets: an app is a value made from the engine that it puts questions to.
import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { nearest } from '../models/nearest.ts';
import type { Engine } from './engine/index.ts';
import type { KeyRing } from './http/api-keys.ts';
import { createRouter } from './http/caching-router.ts';
import type { Env } from './http/context.ts';
import type { Metrics } from './http/metrics.ts';
import { frame, type LoggedRequests } from './http/middleware.ts';
import { type Log, textLog } from './log.ts';
import { createMemory } from './memory/byte-budget.ts';
import { createStatistics, type Statistics } from './openinference/statistics.ts';
import { Refusal } from './refusal.ts';
import { classifyRoutes } from './routes/classify.ts';
import { docsRoutes } from './routes/docs.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { openInferenceRoutes } from './routes/openinference.ts';
import { pageFiles } from './routes/page.ts';
import { defaultLimits, type Limits } from './settings/limits.ts';

/** Seconds after which a client that was told 503 may try again. */
const RETRY_AFTER = 1;

export interface AppOptions {
  readonly engine: Engine;
  /** Folder of the built page; without one, no page is served. */
  readonly page?: string | undefined;
  readonly limits?: Limits | undefined;
  /** Told of bugs, and of requests as `logRequests` says. */
  readonly log?: Log | undefined;
  readonly logRequests?: LoggedRequests | undefined;
  /** Who may ask; without one, everybody. */
  readonly keys?: KeyRing | undefined;
  /** What /v2 tells of each model; it must be among the engine's observers. */
  readonly statistics?: Statistics | undefined;
  /** What /metrics tells; it must be among the engine's observers. Without one, there is no such address. */
  readonly metrics?: Metrics | undefined;
  /** Origins whose pages may read answers. */
  readonly cors?: readonly string[] | undefined;
}

/** Makes the app; nothing is listened to: `app.request('/models')` answers in a test. */
export function createApp(options: AppOptions): Hono<Env> {
  const { engine, page, limits = defaultLimits, log = textLog() } = options;
  const { logRequests = 'none', keys, cors = [], statistics = createStatistics(), metrics } = options;
  const app = new Hono<Env>({ router: createRouter() });
  const hold = createMemory(limits.heldBytes);
  metrics?.watch(engine);
  app.use(frame({ log, logRequests, keys, cors, onAnswered: metrics?.onAnswered }));
  app.route('/', healthRoutes(engine.ready));
  app.route('/', classifyRoutes(engine, limits, hold));
  app.route('/', openInferenceRoutes(engine, limits, hold, statistics));
  app.route('/', modelRoutes(engine.models));
  app.route('/', docsRoutes());
  if (metrics !== undefined) app.route('/', metricsRoutes(metrics));
  if (page !== undefined) app.use(pageFiles(page));
  const refuseOtherMethods = methodNotAllowed({ app, onMethodNotAllowed: refuseMethod });
  app.notFound(async (c) => {
    // Only here, not around each request: it takes as long as half of all that the app does for one.
    await refuseOtherMethods(c, async () => {
      c.res = c.json({ error: noSuchAddress(c, app) }, 404);
    });
    return c.res;
  });
  app.onError((error, c) => {
    if (!(error instanceof Refusal)) {
      log(`${c.req.method} ${c.req.path}: ${error.stack}`, { level: 'error', requestId: c.get('requestId') });
      return c.json({ error: 'the server has made a mistake, which its log describes' }, 500);
    }
    if (error.status === 503) c.header('Retry-After', String(error.retryAfter ?? RETRY_AFTER));
    return c.json({ error: error.message }, error.status);
  });
  return app;
}

function refuseMethod(c: Context, allowed: string[]): Response {
  c.header('Allow', allowed.join(', '));
  return c.json({ error: `received ${c.req.method} ${c.req.path}, expected ${allowed.join(' or ')}` }, 405);
}

function noSuchAddress(c: Context, app: Hono<Env>): string {
  const addresses = app.routes.map(({ path }) => path).filter((path) => !/[*:]/.test(path));
  const near = nearest(c.req.path, addresses);
  const hint =
    near === undefined ? `expected one of ${[...new Set(addresses)].join(', ')}` : `did you mean ${near}?`;
  return `there is nothing at ${c.req.path}; ${hint}`;
}
