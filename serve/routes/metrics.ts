// GET /metrics: for Prometheus.
import { Hono } from 'hono';
import type { Metrics } from '../http/metrics.ts';

export function metricsRoutes(metrics: Metrics): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) => {
    const { text, type } = await metrics.scrape();
    return c.body(text, 200, { 'Content-Type': type });
  });
  return app;
}
