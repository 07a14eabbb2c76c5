// GET /metrics: for Prometheus.
import type { Route, Services } from './route.ts';

export function metricsRoutes({ metrics }: Pick<Services, 'metrics'>): Route[] {
  if (metrics === undefined) return [];
  return [
    {
      method: 'get',
      paths: ['/metrics'],
      openapi: {
        tag: 'Operation',
        summary: 'Metrics for Prometheus',
        answers: { 200: { description: 'Its text format', content: { 'text/plain': 'text' } } },
        example: 'curl localhost:3000/metrics',
      },
      async handle(c) {
        const { text, type } = await metrics.scrape();
        return c.body(text, 200, { 'Content-Type': type });
      },
    },
  ];
}
