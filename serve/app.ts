// The server without sockets: an app is a value made from the models it serves.
import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { timing } from 'hono/timing';
import { nearest } from '../models/nearest.ts';
import { pageHeaders } from './headers.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import { classifyRoutes } from './routes/classify.ts';
import { healthRoutes } from './routes/health.ts';
import { modelRoutes } from './routes/models.ts';
import { pageFiles } from './routes/page.ts';
import type { ModelPool } from './sessions/pool.ts';
import type { Env } from './upload/picture.ts';

/** Seconds after which a client that was told 503 may try again. */
const RETRY_AFTER = 1;

export interface AppOptions {
  readonly models: Pick<ModelPool, 'models' | 'ready' | 'run'>;
  /** Folder of the built page; without one, no page is served. */
  readonly page?: string | undefined;
  readonly limits?: Limits | undefined;
  /** Told of bugs. */
  readonly log?: ((line: string) => void) | undefined;
}

/** Makes the app; nothing is listened to: `app.request('/models')` answers in a test. */
export function createApp(options: AppOptions): Hono<Env> {
  const { models, page, limits = defaultLimits, log = console.error } = options;
  const app = new Hono<Env>();
  app.use(pageHeaders, timing({ totalDescription: '' }));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.route('/', healthRoutes(models.ready));
  app.route('/', modelRoutes(models.models));
  app.route('/', classifyRoutes(models, limits));
  if (page !== undefined) app.use(pageFiles(page));
  app.notFound((c) => c.json({ error: noSuchAddress(c, app) }, 404));
  app.onError((error, c) => {
    if (!(error instanceof Refusal)) {
      log(`${c.req.method} ${c.req.path}: ${error.stack}`);
      return c.json({ error: 'the server has made a mistake, which its log describes' }, 500);
    }
    if (error.status === 503) c.header('Retry-After', String(RETRY_AFTER));
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
  const hint = near === undefined ? `expected one of ${addresses.join(', ')}` : `did you mean ${near}?`;
  return `there is nothing at ${c.req.path}; ${hint}`;
}
