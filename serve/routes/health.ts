// GET /healthz: the process lives. GET /readyz: it can classify, so traffic may be sent.
import { Hono } from 'hono';

export function healthRoutes(ready: () => boolean): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => (ready() ? c.json({ status: 'ready' }) : c.json({ error: 'not ready' }, 503)));
  return app;
}
